// SPDX-License-Identifier: Apache-2.0
// The head of an answer as bytes. What a handler gives is checked here, so that no byte outside field-content ever reaches the wire.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "satchel/net/http.hpp"

namespace satchel::net {

struct AnswerFraming {
  std::optional<std::uint64_t> content_length;
  bool chunked = false;
  bool keep_alive = true;
  bool http_1_0 = false;  // the request was; says so where the connection stays
};

/// Empty where the status, a name or a value cannot be written. Fields that are the server's own (Connection, Content-Length, Date,
/// Keep-Alive, Transfer-Encoding) are left out of what the handler gave.
std::string write_head(const ResponseHead& head, const AnswerFraming& framing, std::string_view date);

/// Whether answers of that status have a body (RFC 9112 section 6.3).
bool has_body(int status);

}  // namespace satchel::net
