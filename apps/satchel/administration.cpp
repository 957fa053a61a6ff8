// SPDX-License-Identifier: Apache-2.0
#include "apps/satchel/administration.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <iterator>

#include "satchel/identity/accounts.hpp"
#include "satchel/identity/password_rules.hpp"
#include "satchel/model/api_token.hpp"
#include "satchel/model/event.hpp"
#include "satchel/runtime/delivery.hpp"

namespace satchel {
namespace {

constexpr Duration kStandardLife = std::chrono::days{90};
constexpr std::int64_t kLongestSeconds = std::chrono::seconds(std::chrono::days{366}).count();

Result<Scopes> scopes_of(const std::optional<std::vector<std::string>>& wanted) {
  if (!wanted) return Scopes(std::begin(kApiTokenScopes), std::end(kApiTokenScopes));
  Scopes scopes;
  for (const std::string& scope : *wanted) {
    if (std::ranges::find(kApiTokenScopes, scope) == std::end(kApiTokenScopes)) {
      return fail(ErrorCode::invalid, fmt::format("There is no scope '{}'. Take of {}.", scope, fmt::join(kApiTokenScopes, ", ")));
    }
    scopes.insert(scope);
  }
  if (scopes.empty()) return fail(ErrorCode::invalid, "A token without a scope may do nothing. Name at least one.");
  return scopes;
}

Result<Duration> life_of(std::optional<std::int64_t> seconds) {
  if (!seconds) return kStandardLife;
  if (*seconds < 1 || *seconds > kLongestSeconds) return fail(ErrorCode::invalid, "A token lives for at least a second and at most 366 days.");
  return Duration{*seconds * 1000};
}

Event created(const ApiToken& token, Random& random) {
  return {.id = ulid(token.created, random), .type = "token.created", .time = token.created, .actor = "system", .subject = token.id.str(), .data = {{"user", token.user.str()}}};
}

}  // namespace

Result<Json> Administration::add_user(const Json& request) const {
  auto reader = TRY(JsonReader::over(request, ""));
  const std::string email = TRY(reader.text("email"));
  const auto name = TRY(reader.optional_text("name"));
  const auto admin = TRY(reader.optional_flag("admin"));
  const std::string password = TRY(identity::check_new_password(TRY(reader.text("password")), email));
  TRY(reader.finish());
  const Call call = call_for(process_.clock);
  const std::string shown = TRY(identity::check_person_name(name && !name->empty() ? *name : email.substr(0, std::min<std::size_t>(email.find('@'), 100))));
  const std::string hash = TRY(ground_->hasher->hash(call, password));
  const User user = TRY(identity::add_account(*ground_->table, call, process_.random, email, shown, admin.value_or(false) ? Role::admin : Role::member, hash, quota_));
  process_.logger.info("user.added", {{"user", user.id.str()}, {"admin", user.role == Role::admin}});
  return Json::object({{"id", user.id.str()}, {"email", user.email}, {"role", user.role == Role::admin ? "admin" : "member"}});
}

Result<Json> Administration::create_token(const Json& request) const {
  auto reader = TRY(JsonReader::over(request, ""));
  const std::string email = TRY(reader.text("user"));
  ApiToken token{.name = TRY(identity::check_person_name(TRY(reader.text("name"))))};
  const Duration life = TRY(life_of(TRY(reader.optional_number("expires_seconds"))));
  token.scopes = TRY(scopes_of(TRY(reader.optional_texts("scopes"))));
  TRY(reader.finish());
  const Call call = call_for(process_.clock);
  const auto account = TRY(identity::find_account(*ground_->table, call, email));
  if (!account) return fail(ErrorCode::not_found, fmt::format("There is no person with the address {}. Add them with 'satchel user add'.", email));
  const std::string secret = new_api_token(process_.random);
  token.id = TokenId(ground_->vault->keyed_hash(kApiTokenPurpose, secret));
  token.user = account->user.id;
  token.epoch = account->user.epoch;
  token.created = call.now;
  token.expires = call.now + life;
  TRY(ground_->table->write(call, {Put{to_item(token), Condition::absent()}, Put{outbox_item(created(token, process_.random)), {}}}));
  process_.logger.info("token.created", {{"user", token.user.str()}});
  return Json::object({{"token", secret}, {"expires", token.expires}});
}

Result<Json> Administration::redrive(const Json& request) const {
  auto reader = TRY(JsonReader::over(request, ""));
  const std::string consumer = TRY(reader.text("consumer"));
  TRY(reader.finish());
  const Call call = call_for(process_.clock);
  std::int64_t redriven = 0;
  for (int some = 1; some > 0; redriven += some) some = TRY(satchel::redrive(*ground_->table, call, process_.clock, process_.random, consumer));
  if (redriven == 0) return fail(ErrorCode::not_found, fmt::format("'{}' has no dead letters. The server's log names who has, in its lines \"event.dead\".", consumer));
  process_.logger.info("event.redriven", {{"consumer", consumer}, {"events", redriven}});
  return Json::object({{"redriven", redriven}});
}

}  // namespace satchel
