// SPDX-License-Identifier: Apache-2.0
// Conditional and range requests as pure functions (RFC 9110 sections 13 and 14). Asked only after a request was authorised:
// a condition tells whether something exists.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "satchel/base/result.hpp"
#include "satchel/base/time.hpp"
#include "satchel/net/http.hpp"

namespace satchel::objects {

enum class Verdict { proceed, not_modified, failed };

/// If-Match, If-Unmodified-Since, If-None-Match, If-Modified-Since, in the order of section 13.2.2. `etag` without quotes.
Verdict judge(const net::Fields& fields, std::string_view etag, Time modified);

/// Whether a write asked for "If-None-Match: *". Error: unsupported for every other condition on a write.
Result<bool> only_if_absent(const net::Fields& fields);

struct Range {
  std::uint64_t offset = 0;
  std::uint64_t length = 0;
};

/// The one range asked for; empty where there is none, where there are several, or where it is malformed or void by
/// If-Range: then all of it is sent. Error: invalid (InvalidRange), where nothing of it exists.
Result<std::optional<Range>> range_of(const net::Fields& fields, std::uint64_t size, std::string_view etag, Time modified);

}  // namespace satchel::objects
