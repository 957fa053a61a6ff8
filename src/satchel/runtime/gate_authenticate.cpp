// SPDX-License-Identifier: Apache-2.0
#include "satchel/runtime/gate_authenticate.hpp"

#include <algorithm>
#include <optional>

namespace satchel {
namespace {

constexpr Duration kMarkEvery = std::chrono::hours{1};

std::unexpected<Error> void_token(std::string detail) {
  return fail(ErrorCode::unauthenticated, "This sign-in or token is not valid, or no longer. Sign in again, or create a new token.",
              std::move(detail), "invalid_token");
}

/// Whom a token stands for, as long as nothing has ended what was handed out in that epoch.
Result<User> active_user(const std::optional<Item>& item, std::int64_t epoch) {
  if (!item) return void_token("no such user");
  User user = user_from(*item);
  if (user.disabled) return void_token("the user is disabled");
  if (user.epoch != epoch) return void_token("an earlier epoch");
  return user;
}

bool is_token_character(char c) { return c > ' ' && c < 0x7F && c != ',' && c != ';'; }

}  // namespace

std::string_view bearer_token(std::string_view authorization) {
  constexpr std::string_view kScheme = "bearer ";
  const auto same = [](char a, char b) { return (a >= 'A' && a <= 'Z' ? a - 'A' + 'a' : a) == b; };
  if (authorization.size() <= kScheme.size() || !std::ranges::equal(authorization.substr(0, kScheme.size()), kScheme, same)) return {};
  auto token = authorization.substr(kScheme.size());
  token.remove_prefix(std::min(token.find_first_not_of(' '), token.size()));
  return std::ranges::all_of(token, is_token_character) ? token : std::string_view{};
}

Result<SignedIn> AuthenticateGate::authenticate(const Call& call, std::string_view authorization) {
  if (authorization.empty()) return fail(ErrorCode::unauthenticated, "Sign in first, or send a personal API token.", {}, "sign_in_wanted");
  const auto token = bearer_token(authorization);
  if (token.empty()) return void_token("no bearer token");
  if (token.starts_with(kApiTokenPrefix)) return by_api_token(call, token);
  return issuer_.people ? by_outside_token(call, token) : by_access_token(call, token);
}

Result<SignedIn> AuthenticateGate::by_access_token(const Call& call, std::string_view token) const {
  const auto claims = TRY(verify_token(call, token, issuer_.keys, {.issuer = issuer_.issuer, .audience = issuer_.audience}));
  const Json* epoch = claims->all.find("epoch");
  if (!epoch || !epoch->as<std::int64_t>()) return void_token("no epoch");
  const auto items = TRY(table_->batch_get(call, {keys::user(UserId(claims->subject)), keys::session(claims->text("sid"))}));
  User user = TRY(active_user(items[0], claims->number("epoch")));
  if (!items[1]) return void_token("the session has ended");
  return SignedIn{.user = std::move(user)};
}

Result<SignedIn> AuthenticateGate::by_outside_token(const Call& call, std::string_view token) const {
  const auto claims = TRY(verify_token(call, token, issuer_.keys, {.issuer = issuer_.issuer, .audience = issuer_.audience, .outside = true, .clients = issuer_.clients}));
  User user = TRY(issuer_.people->person_of(call, claims, token));
  if (user.disabled) return void_token("the user is disabled");
  // `iat` has whole seconds: of the second itself all are void, and the next token is good.
  if (claims->issued < user.signed_out) return void_token("issued before the person was signed out everywhere");
  return SignedIn{.user = std::move(user)};
}

Result<SignedIn> AuthenticateGate::by_api_token(const Call& call, std::string_view token) {
  if (!is_api_token(token)) return void_token("malformed API token");
  const auto item = TRY(table_->get(call, keys::token(TokenId(vault_->keyed_hash(kApiTokenPurpose, token)))));
  if (!item) return void_token("unknown API token");
  ApiToken found = api_token_from(*item);
  if (found.expires <= call.now) return void_token("expired API token");
  User user = TRY(active_user(TRY(table_->get(call, keys::user(found.user))), found.epoch));
  mark_used(call, found);
  return SignedIn{.user = std::move(user), .token = found.id, .scopes = std::move(found.scopes)};
}

/// Whether the mark is written or not, the token is good: a failure here is nobody's loss.
void AuthenticateGate::mark_used(const Call& call, const ApiToken& token) {
  if (token.last_used && call.now - *token.last_used < kMarkEvery) return;
  Update mark{.key = keys::token(token.id), .condition = Condition::exists()};
  mark.set.emplace(kTokenLastUsed, to_millis(call.now));
  (void)marks_.write(call, {std::move(mark)});
}

}  // namespace satchel
