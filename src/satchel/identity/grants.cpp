// SPDX-License-Identifier: Apache-2.0
#include "satchel/identity/grants.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>

#include "satchel/base/crypto.hpp"
#include "satchel/base/encoding.hpp"
#include "satchel/identity/lifetimes.hpp"
#include "satchel/model/keys.hpp"

namespace satchel::identity {
namespace {

constexpr std::string_view kRefreshPurpose = "refresh token";
/// A used code is remembered for so long, so that its replay ends what it was used for.
constexpr Duration kCodeRemembered = std::chrono::hours{1};

void set(Item& item, const Authorization& authorization) {
  item.set("user", authorization.user.str());
  item.set("epoch", authorization.epoch);
  item.set("session", authorization.session);
  item.set("authenticated", to_millis(authorization.authenticated));
  item.set("client", authorization.client);
  item.set("scope", authorization.scope);
}

Authorization authorization_from(const Item& item) {
  return {.user = UserId(item.text("user")), .epoch = item.number("epoch"), .session = item.text("session"),
          .authenticated = from_millis(item.number("authenticated")), .client = item.text("client"), .scope = item.text("scope")};
}

Key code_key(const Vault& vault, std::string_view code) { return keys::code(vault.keyed_hash("authorization code", code)); }

std::string mac(const Vault& vault, std::string_view family, std::int64_t count) {
  return vault.keyed_hash(kRefreshPurpose, fmt::format("{}.{}", family, count));
}

Time end_of(const RefreshFamily& family) { return std::min(family.rotated + kRefreshIdle, family.begun + kRefreshLife); }

}  // namespace

NewCode make_code(const Vault& vault, const Call& call, Random& random, Authorization authorization, std::string redirect, std::string challenge,
                  std::string nonce) {
  std::string code = random_secret(random);
  Item item{code_key(vault, code), {}};
  set(item, authorization);
  item.set("redirect", std::move(redirect));
  item.set("challenge", std::move(challenge));
  item.set("nonce", std::move(nonce));
  item.set("expires", to_millis(call.now + kCodeLife));
  item.set("family", std::string());
  keys::index_due(item, call.now + kCodeRemembered);
  return {std::move(code), Put{std::move(item), Condition::absent()}};
}

Result<std::optional<Code>> find_code(const TableReader& reader, const Vault& vault, const Call& call, std::string_view code) {
  if (code.empty() || code.size() > 128) return std::nullopt;
  const auto item = TRY(reader.get(call, code_key(vault, code)));
  if (!item) return std::nullopt;
  return Code{.authorization = authorization_from(*item), .redirect = item->text("redirect"), .challenge = item->text("challenge"),
              .nonce = item->text("nonce"), .expires = from_millis(item->number("expires")), .family = item->text("family")};
}

Operation use_code(const Vault& vault, std::string_view code, std::string_view family) {
  Update update{.key = code_key(vault, code), .condition = Condition::equals("family", std::string())};
  update.set.emplace("family", std::string(family));
  return update;
}

bool is_challenge(std::string_view text) {
  const auto bytes = from_base64url(text);
  return bytes && bytes->size() == 32;
}

bool answers_challenge(std::string_view verifier, std::string_view challenge) {
  const bool formed = verifier.size() >= 43 && verifier.size() <= 128 && std::ranges::all_of(verifier, [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' || c == '.' || c == '_' || c == '~';
  });
  return formed && equal_constant_time(to_base64url(sha256(verifier)), challenge);
}

bool RefreshFamily::over(Time now) const { return now >= end_of(*this); }

Transaction begin_family(const RefreshFamily& family) {
  Item item{keys::refresh(family.id), {}};
  set(item, family.authorization);
  item.set("id", family.id);
  item.set("count", family.count);
  item.set("rotated", to_millis(family.rotated));
  item.set("begun", to_millis(family.begun));
  keys::index_due(item, family.begun + kRefreshLife);
  Item place{keys::session_family(family.authorization.session, family.id), {}};
  place.set("family", family.id);
  keys::index_due(place, family.begun + kRefreshLife);
  return {Put{std::move(item), Condition::absent()}, Put{std::move(place), Condition::absent()}};
}

std::string refresh_token(const Vault& vault, const RefreshFamily& family) {
  return fmt::format("{}.{}.{}", family.id, family.count, mac(vault, family.id, family.count));
}

std::optional<ShownToken> read_refresh_token(const Vault& vault, std::string_view token) {
  if (token.size() > 128) return std::nullopt;
  const auto first = token.find('.');
  const auto second = first == token.npos ? first : token.find('.', first + 1);
  if (second == token.npos) return std::nullopt;
  const auto family = token.substr(0, first), number = token.substr(first + 1, second - first - 1);
  std::int64_t count = 0;
  const auto [end, error] = std::from_chars(number.data(), number.data() + number.size(), count);
  if (error != std::errc{} || end != number.data() + number.size()) return std::nullopt;
  if (!equal_constant_time(mac(vault, family, count), token.substr(second + 1))) return std::nullopt;
  return ShownToken{std::string(family), count};
}

Result<std::optional<RefreshFamily>> find_family(const TableReader& reader, const Call& call, std::string_view id) {
  const auto item = TRY(reader.get(call, keys::refresh(id)));
  if (!item) return std::nullopt;
  return RefreshFamily{.id = item->text("id"), .authorization = authorization_from(*item), .count = item->number("count"),
                .rotated = from_millis(item->number("rotated")), .begun = from_millis(item->number("begun"))};
}

Operation rotate(const RefreshFamily& family, Time now) {
  Update update{.key = keys::refresh(family.id), .condition = Condition::equals("count", family.count)};
  update.set.emplace("rotated", to_millis(now));
  update.add.emplace("count", 1);
  return update;
}

Transaction end_family(const RefreshFamily& family) {
  return {Delete{keys::refresh(family.id), {}}, Delete{keys::session_family(family.authorization.session, family.id), {}}};
}

}  // namespace satchel::identity
