// SPDX-License-Identifier: Apache-2.0
#include "satchel/identity/outside_people.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "satchel/base/encoding.hpp"
#include "satchel/identity/accounts.hpp"
#include "satchel/identity/password_rules.hpp"
#include "satchel/identity/writing.hpp"
#include "satchel/model/keys.hpp"
#include "satchel/model/name.hpp"
#include "satchel/model/self_signup.hpp"

namespace satchel::identity {
namespace {

constexpr int kAttempts = 4;

bool meets(const Claims& claims, std::string_view rule) {
  const std::size_t equals = rule.find('=');
  return equals != rule.npos && claims.has(rule.substr(0, equals), rule.substr(equals + 1));
}

/// The address, where the issuer says that it is theirs: any other would let people pass for somebody else.
std::string verified_email(const Claims& claims) {
  const std::string email = claims.text("email");
  return claims.flag("email_verified") && fold_email(email) ? email : std::string();
}

/// What people see of each other. Issuers name people in many ways, and some not at all.
std::string shown_name(const Claims& claims, const std::string& email) {
  for (const std::string& name : {claims.text("name"), claims.text("preferred_username"), claims.text("username"), email.substr(0, email.find('@')), claims.subject}) {
    if (check_person_name(name)) return name;
  }
  return "Somebody";
}

}  // namespace

AdmittedPeople::AdmittedPeople(AdmissionRules rules, PersonSource source, Table& table, const Vault& vault, Random& random, Logger& logger)
    : rules_(std::move(rules)), source_(std::move(source)), table_(&table), random_(&random), logger_(&logger), directory_(table, vault, random, rules_.quota) {}

Result<User> AdmittedPeople::person_of(const Call& call, const Verified<Claims>& claims, std::string_view token) {
  if (!rules_.required_claim.empty() && !meets(*claims, rules_.required_claim)) return not_admitted("the token lacks " + rules_.required_claim);
  for (int attempt = 0; attempt < kAttempts; ++attempt) {
    auto user = TRY(find(call, *claims));
    auto met = user ? known(call, *claims, *std::move(user)) : welcome(call, *claims, token);
    // Of two first requests one makes the person, and the other finds them.
    if (met || met.error().code != ErrorCode::conflict) return met;
  }
  return moving();
}

Result<std::optional<User>> AdmittedPeople::find(const Call& call, const Claims& claims) const {
  const auto map = TRY(table_->get(call, keys::federated(claims.issuer, claims.subject)));
  return map ? find_user(*table_, call, UserId(map->text("user"))) : std::optional<User>();
}

bool AdmittedPeople::is_admin(const Claims& claims, std::string_view email) const {
  const auto folded = fold_email(email);
  return std::ranges::any_of(rules_.admins, [&](const std::string& rule) {
    if (rule.contains('=')) return meets(claims, rule);
    const auto wanted = fold_email(rule);
    return rule == claims.subject || (folded && wanted && *folded == *wanted);
  });
}

/// An invited person who has come.
Result<User> AdmittedPeople::arrived(const Call& call, User user) {
  Update update{.key = keys::user(user.id), .condition = Condition::exists()};
  update.set.emplace("invited", false);
  update.condition.and_equals("invited", true).and_equals("role", std::string(user.role == Role::admin ? "admin" : "member"));
  Transaction operations{std::move(update)};
  if (user.role == Role::admin) operations.push_back(count_administrators(+1));
  if (!TRY(write_again(*table_, call, operations)).committed()) return moving();
  user.invited = false;
  logger_->info("user.welcomed", {{"user", user.id.str()}, {"admin", user.role == Role::admin}});
  return user;
}

/// One who has been here, or was invited; the configuration may have named them since.
Result<User> AdmittedPeople::known(const Call& call, const Claims& claims, User user) {
  if (user.invited && !user.disabled) user = TRY(arrived(call, std::move(user)));
  if (user.role == Role::admin || user.disabled) return user;
  // The profile's address was verified when it was taken into it.
  if (!is_admin(claims, user.email) && !is_admin(claims, verified_email(claims))) return user;
  logger_->info("user.made_admin", {{"user", user.id.str()}});
  return directory_.set_role(call, user.id, Role::admin);
}

Result<void> AdmittedPeople::check_admission(const Call& call, const Claims& claims, bool admin) const {
  if (admin || (rules_.vouched && rules_.vouched(claims))) return {};
  const auto settings = TRY(table_->get(call, keys::provider_settings()));
  if (!self_signup_is_on(settings, rules_.open_at_first)) return not_admitted("sign-up is switched off");
  return {};
}

Result<User> AdmittedPeople::welcome(const Call& call, const Claims& claims, std::string_view token) {
  Claims told = claims;
  if (claims.text("email").empty() && source_) {
    auto more = source_(call, token);
    if (!more && more.error().code != ErrorCode::not_found) return std::unexpected(more.error());
    // OpenID Connect Core 5.3.2: what is told of another subject is not used.
    if (more && more->subject == claims.subject) told = *std::move(more);
  }
  const std::string email = verified_email(told);
  const bool admin = is_admin(claims, email);
  TRY(check_admission(call, claims, admin));
  const User user = new_user(call, *random_, email, shown_name(told, email), admin ? Role::admin : Role::member);
  auto made = TRY(make(call, claims, user));
  if (!made) return moving();
  logger_->info("user.welcomed", {{"user", made->id.str()}, {"admin", admin}});
  return *std::move(made);
}

/// Empty where the subject has been given a person meanwhile.
Result<std::optional<User>> AdmittedPeople::make(const Call& call, const Claims& claims, const User& user) {
  Item map{keys::federated(claims.issuer, claims.subject), {}};
  map.set("user", user.id.str());
  map.set("issuer", claims.issuer);
  map.set("subject", claims.subject);
  Item back{keys::subject(user.id), map.attributes};
  Transaction operations{Put{std::move(map), Condition::absent()}, Put{std::move(back), Condition::absent()}, Put{to_item(user), Condition::absent()}};
  for (Item& item : new_space(user, rules_.quota)) operations.emplace_back(Put{std::move(item), Condition::absent()});
  operations.push_back(event_of(call, *random_, "user.created", "system", user.id.str()));
  if (user.role == Role::admin) operations.push_back(count_administrators(+1));
  const std::size_t before_address = operations.size();
  if (!user.email.empty()) {
    Item address{keys::email(TRY(fold_email(user.email))), {}};
    address.set("user", user.id.str());
    operations.emplace_back(Put{std::move(address), Condition::absent()});
  }
  auto outcome = TRY(write_again(*table_, call, operations));
  if (outcome.failed == before_address) {
    // Somebody else is found by this address already; the subject is a person of their own for all that.
    operations.pop_back();
    outcome = TRY(write_again(*table_, call, operations));
  }
  return outcome.committed() ? std::optional(user) : std::nullopt;
}

Result<Invitation> OutsideDirectory::invite(const Call&, std::string_view, std::string_view, Role) {
  return fail(ErrorCode::unsupported, fmt::format("People sign in at {}: give them an account there. They are here as soon as they have signed in.", issuer_), {}, "people_elsewhere");
}

Result<Invitation> OutsideDirectory::start_reset(const Call&, const UserId&) {
  return fail(ErrorCode::unsupported, fmt::format("Passwords are kept at {}: it is reset there.", issuer_), {}, "people_elsewhere");
}

}  // namespace satchel::identity
