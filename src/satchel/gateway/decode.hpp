// SPDX-License-Identifier: Apache-2.0
// From the words of HTTP to those of a function: path, query, headers, cookies. Strict: what has two readings is refused, never
// repaired. Pure; any thread may call.
#pragma once

#include <string>
#include <string_view>

#include "satchel/base/result.hpp"
#include "satchel/net/http.hpp"
#include "satchel/runtime/function.hpp"

namespace satchel::gateway {

struct Target {
  std::string path;  // undecoded
  TextMap query;     // decoded, '+' as a space (forms write it so)
};

/// Errors, all invalid: a path with empty, "." or ".." segments, broken percent-encoding, bytes that are no UTF-8 or control
/// characters; a name twice in the query or without one.
Result<Target> decode_target(std::string_view target);
/// Of "a=b&c=d", as in a query or a form. Error: invalid.
Result<TextMap> decode_query(std::string_view query);
/// A field given twice becomes a list (RFC 9110 section 5.3), but for those that have one value: invalid.
Result<TextMap> decode_headers(const net::Fields& fields);
/// A name given twice is left out altogether: nobody can say which of them is meant.
TextMap decode_cookies(std::string_view header);

}  // namespace satchel::gateway
