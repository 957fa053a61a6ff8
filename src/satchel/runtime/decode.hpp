// SPDX-License-Identifier: Apache-2.0
// From the words of HTTP to those of a function: path, query, cookies. Strict: what has two readings is refused, never repaired. Pure;
// any thread may call.
#pragma once

#include <string>
#include <string_view>

#include "satchel/base/result.hpp"
#include "satchel/runtime/function.hpp"

namespace satchel {

struct DecodedTarget {
  std::string path;  // undecoded
  TextMap query;     // decoded, '+' as a space (forms write it so)
};

/// Errors, all invalid: a path with empty, "." or ".." segments, broken percent-encoding, bytes that are no UTF-8 or control
/// characters; a name twice in the query or without one.
Result<DecodedTarget> decode_target(std::string_view target);
/// Of "a=b&c=d", as in a query or a form. Error: invalid.
Result<TextMap> decode_query(std::string_view query);
/// Whether a field given twice has no meaning, while others become a list (RFC 9110 section 5.3). The name in lower case.
bool has_one_value(std::string_view field);
/// A name given twice is left out altogether: nobody can say which of them is meant.
TextMap decode_cookies(std::string_view header);

}  // namespace satchel
