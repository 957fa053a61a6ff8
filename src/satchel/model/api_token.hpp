// SPDX-License-Identifier: Apache-2.0
// A personal API token as the table keeps it: "st_" and a random_secret(), stored under the keyed hash of the whole text, never
// itself. Taken wherever a person's access token is, narrowed to its scopes, until it expires.
#pragma once

#include <cstdint>
#include <optional>
#include <set>
#include <string>
#include <string_view>

#include "satchel/base/random.hpp"
#include "satchel/base/time.hpp"
#include "satchel/model/ids.hpp"
#include "satchel/model/item.hpp"

namespace satchel {

inline constexpr std::string_view kApiTokenPrefix = "st_";
/// The purpose under which Vault::keyed_hash() makes a TokenId of a token.
inline constexpr std::string_view kApiTokenPurpose = "token";

using Scopes = std::set<std::string, std::less<>>;

struct ApiToken {
  TokenId id;
  UserId user;
  std::int64_t epoch = 0;  // of the user when it was made: signing out everywhere or a new password voids it
  std::string name;
  Scopes scopes;  // of kApiTokenScopes
  Time created{};
  Time expires{};
  std::optional<Time> last_used;  // to the hour
};

inline constexpr std::string_view kApiTokenScopes[] = {"files:read", "files:write", "links:write", "account"};

/// "st_" and 43 characters.
std::string new_api_token(Random& random);
/// Whether the text has the form of one; says nothing of whether it is good.
bool is_api_token(std::string_view text);

/// With its place among its user's tokens (keys::kMyTokens) and its time to live.
Item to_item(const ApiToken& token);
ApiToken api_token_from(const Item& item);
inline constexpr std::string_view kTokenLastUsed = "last_used";

}  // namespace satchel
