// SPDX-License-Identifier: Apache-2.0
// What many requests have: who asks, a page to turn to, a name.
#pragma once

#include "satchel/runtime/function.hpp"

namespace satchel {

/// The person who asks. Error: unauthenticated; the gates of rows for users have seen to it before.
Result<const SignedIn*> person(const Context& context);

struct PageWanted {
  int limit = 200;
  std::string cursor;
};
/// ?limit&cursor. Error: invalid.
Result<PageWanted> page_wanted(const Request& request);

/// A whole number without sign in a query or header. Error: invalid, naming it.
Result<std::int64_t> whole_number(std::string_view text, std::string_view what, std::int64_t least, std::int64_t most);

}  // namespace satchel
