// SPDX-License-Identifier: Apache-2.0
// Time as Satchel writes it: UTC milliseconds; on the wire RFC 3339 with a Z.
#pragma once

#include <chrono>
#include <cstdint>
#include <string>
#include <string_view>

#include "satchel/base/result.hpp"

namespace satchel {

using Duration = std::chrono::milliseconds;
using Time = std::chrono::sys_time<Duration>;

inline std::int64_t to_millis(Time time) { return time.time_since_epoch().count(); }
inline Time from_millis(std::int64_t millis) { return Time{Duration{millis}}; }

/// "2026-11-24T16:24:11.000Z"
std::string format_rfc3339(Time time);
/// Takes any offset and up to nine digits of fraction (RFC 3339 section 5.6); keeps milliseconds.
Result<Time> parse_rfc3339(std::string_view text);
/// "20261124T162411Z", as AWS Signature Version 4 writes it.
std::string format_amz(Time time);
Result<Time> parse_amz(std::string_view text);
/// "Tue, 24 Nov 2026 16:24:11 GMT" (RFC 9110 section 5.6.7, IMF-fixdate).
std::string format_http(Time time);
Result<Time> parse_http(std::string_view text);

/// A span of time as people write it: "30s", "15m", "12h", "7d". Error: invalid, with these as examples.
Result<Duration> parse_duration(std::string_view text);

}  // namespace satchel
