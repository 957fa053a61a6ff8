// SPDX-License-Identifier: Apache-2.0
#include "satchel/model/api_token.hpp"

#include <algorithm>

#include "satchel/model/keys.hpp"

namespace satchel {
namespace {

constexpr std::size_t kSecretLength = 43;

bool is_alphanumeric(char c) { return (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z'); }

std::string joined(const Scopes& scopes) {
  std::string text;
  for (const std::string& scope : scopes) text += (text.empty() ? "" : " ") + scope;
  return text;
}

Scopes split(std::string_view text) {
  Scopes scopes;
  while (!text.empty()) {
    const std::size_t end = std::min(text.find(' '), text.size());
    scopes.emplace(text.substr(0, end));
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  return scopes;
}

}  // namespace

std::string new_api_token(Random& random) { return std::string(kApiTokenPrefix) + random_secret(random); }

bool is_api_token(std::string_view text) {
  if (!text.starts_with(kApiTokenPrefix)) return false;
  text.remove_prefix(kApiTokenPrefix.size());
  return text.size() == kSecretLength && std::ranges::all_of(text, is_alphanumeric);
}

Item to_item(const ApiToken& token) {
  Item item{keys::token(token.id), {}};
  item.set("id", token.id.str());
  item.set("user", token.user.str());
  item.set("epoch", token.epoch);
  item.set("name", token.name);
  item.set("scopes", joined(token.scopes));
  item.set("created", to_millis(token.created));
  item.set("expires", to_millis(token.expires));
  item.set(kTimeToLive, to_millis(token.expires) / 1000);
  if (token.last_used) item.set(kTokenLastUsed, to_millis(*token.last_used));
  keys::index_mine(item, token.user, keys::kMyTokens, token.created);
  keys::index_due(item, token.expires);
  return item;
}

ApiToken api_token_from(const Item& item) {
  ApiToken token{.id = TokenId(item.text("id")),
                 .user = UserId(item.text("user")),
                 .epoch = item.number("epoch"),
                 .name = item.text("name"),
                 .scopes = split(item.text("scopes")),
                 .created = from_millis(item.number("created")),
                 .expires = from_millis(item.number("expires"))};
  if (item.has(kTokenLastUsed)) token.last_used = from_millis(item.number(kTokenLastUsed));
  return token;
}

}  // namespace satchel
