// SPDX-License-Identifier: Apache-2.0
#include "satchel/functions/request_reading.hpp"

#include <fmt/format.h>

#include <charconv>

namespace satchel {

Result<const SignedIn*> person(const Context& context) {
  if (const auto* who = std::get_if<SignedIn>(&context.principal)) return who;
  return fail(ErrorCode::unauthenticated, "Sign in first.");
}

Result<std::int64_t> whole_number(std::string_view text, std::string_view what, std::int64_t least, std::int64_t most) {
  std::int64_t number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc() || end != text.data() + text.size() || number < least || number > most) {
    return fail(ErrorCode::invalid, fmt::format("'{}' must be a whole number from {} to {}.", what, least, most));
  }
  return number;
}

Result<PageWanted> page_wanted(const Request& request) {
  PageWanted wanted{.cursor = std::string(request.argument("cursor"))};
  if (request.query.contains("limit")) wanted.limit = static_cast<int>(TRY(whole_number(request.argument("limit"), "limit", 1, 1000)));
  return wanted;
}

}  // namespace satchel
