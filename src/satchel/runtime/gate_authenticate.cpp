// SPDX-License-Identifier: Apache-2.0
#include "satchel/runtime/gate_authenticate.hpp"

#include <algorithm>
#include <optional>

namespace satchel {
namespace {

constexpr Duration kMarkEvery = std::chrono::hours{1};

/// Whom a token stands for, as long as nothing has ended what was handed out in that epoch.
Result<User> active_user(const std::optional<Item>& item, std::int64_t epoch) {
  if (!item) return void_token("no such user");
  User user = user_from(*item);
  if (user.disabled) return void_token("the user is disabled");
  if (user.epoch != epoch) return void_token("an earlier epoch");
  return user;
}

struct Holder {
  SignedIn person;
  ApiToken token;
};

Result<Holder> holder_of(const Call& call, const TableReader& table, const TokenId& id) {
  const auto item = TRY(table.get(call, keys::token(id)));
  if (!item) return void_token("unknown API token");
  ApiToken token = api_token_from(*item);
  if (token.expires <= call.now) return void_token("expired API token");
  User user = TRY(active_user(TRY(table.get(call, keys::user(token.user))), token.epoch));
  return Holder{{.user = std::move(user), .token = token.id, .scopes = token.scopes}, std::move(token)};
}

/// When the gate itself would take it no longer.
Time end_of(const Verified<Claims>& claims) { return claims->expires + kClockLeeway; }

/// In the words that the gate itself would have had.
std::unexpected<Error> refusal_of(std::string_view type) {
  if (type == "sign_in_wanted") return sign_in_wanted();
  if (type == "not_admitted") return not_admitted("as the authorizer says");
  return void_token("the authorizer has found nobody");
}

bool is_token_character(char c) { return c > ' ' && c < 0x7F && c != ',' && c != ';'; }

}  // namespace

std::unexpected<Error> sign_in_wanted() {
  return fail(ErrorCode::unauthenticated, "Sign in first, or send a personal API token.", {}, "sign_in_wanted");
}

std::unexpected<Error> void_token(std::string detail) {
  return fail(ErrorCode::unauthenticated, "This sign-in or token is not valid, or no longer. Sign in again, or create a new token.",
              std::move(detail), "invalid_token");
}

std::unexpected<Error> not_admitted(std::string detail) {
  return fail(ErrorCode::forbidden, "You are signed in, but have no account here. Ask an administrator of this Satchel to let you in.", std::move(detail), "not_admitted");
}

std::string_view bearer_token(std::string_view authorization) {
  constexpr std::string_view kScheme = "bearer ";
  const auto same = [](char a, char b) { return (a >= 'A' && a <= 'Z' ? a - 'A' + 'a' : a) == b; };
  if (authorization.size() <= kScheme.size() || !std::ranges::equal(authorization.substr(0, kScheme.size()), kScheme, same)) return {};
  const auto token = authorization.substr(kScheme.size());
  return std::ranges::all_of(token, is_token_character) ? token : std::string_view{};
}

Result<SignedIn> confirm(const Call& call, const TableReader& table, const Found& found) {
  if (!found.refused.empty()) return refusal_of(found.refused);
  if (found.expires <= call.now) return void_token("expired since it was looked at");
  if (!found.token.empty()) return TRY(holder_of(call, table, found.token)).person;
  std::vector<Key> wanted{keys::user(found.user)};
  if (!found.session.empty()) wanted.push_back(keys::session(found.session));
  const auto items = TRY(table.batch_get(call, wanted));
  User user = TRY(active_user(items[0], found.epoch));
  if (!items.back()) return void_token("the session has ended");
  return SignedIn{.user = std::move(user), .session = found.session};
}

Result<SignedIn> AuthenticateGate::authenticate(const Call& call, std::string_view authorization) { return TRY(admit(call, authorization)).person; }

Result<AuthenticateGate::Admitted> AuthenticateGate::admit(const Call& call, std::string_view authorization) {
  if (authorization.empty()) return sign_in_wanted();
  const auto token = bearer_token(authorization);
  if (token.empty()) return void_token("no bearer token");
  if (!token.starts_with(kApiTokenPrefix)) {
    if (issuer_.people) return admit_outsider(call, token);
    Found found = TRY(read_access_token(call, token));
    return Admitted{TRY(confirm(call, *table_, found)), std::move(found)};
  }
  Holder holder = TRY(holder_of(call, *table_, TRY(read_api_token(token))));
  mark_used(call, holder.token);
  return Admitted{std::move(holder.person), {.user = {}, .epoch = 0, .session = {}, .token = holder.token.id}};
}

Result<Found> AuthenticateGate::read_access_token(const Call& call, std::string_view token) const {
  const auto claims = TRY(verify_token(call, token, issuer_.keys, {.issuer = issuer_.issuer, .audience = issuer_.audience}));
  const Json* epoch = claims->all.find("epoch");
  if (!epoch || !epoch->as<std::int64_t>()) return void_token("no epoch");
  Found found{.user = UserId(claims->subject), .epoch = claims->number("epoch"), .session = claims->text("sid"), .token = {}, .expires = end_of(claims)};
  if (found.session.empty()) return void_token("no session");
  return found;
}

Result<AuthenticateGate::Admitted> AuthenticateGate::admit_outsider(const Call& call, std::string_view token) const {
  const auto claims = TRY(verify_token(call, token, issuer_.keys, {.issuer = issuer_.issuer, .audience = issuer_.audience, .outside = true, .clients = issuer_.clients}));
  User user = TRY(issuer_.people->person_of(call, claims, token));
  if (user.disabled) return void_token("the user is disabled");
  // `iat` has whole seconds: of the second itself all are void, and the next token is good.
  if (claims->issued < user.signed_out) return void_token("issued before the person was signed out everywhere");
  Found found{.user = user.id, .epoch = user.epoch, .session = {}, .token = {}, .expires = end_of(claims)};
  return Admitted{SignedIn{.user = std::move(user)}, std::move(found)};
}

Result<TokenId> AuthenticateGate::read_api_token(std::string_view token) const {
  if (!is_api_token(token)) return void_token("malformed API token");
  return TokenId(vault_->keyed_hash(kApiTokenPurpose, token));
}

/// Whether the mark is written or not, the token is good: a failure here is nobody's loss.
void AuthenticateGate::mark_used(const Call& call, const ApiToken& token) {
  if (token.last_used && call.now - *token.last_used < kMarkEvery) return;
  Update mark{.key = keys::token(token.id), .condition = Condition::exists()};
  mark.set.emplace(kTokenLastUsed, to_millis(call.now));
  (void)marks_.write(call, {std::move(mark)});
}

}  // namespace satchel
