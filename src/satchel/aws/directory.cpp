// SPDX-License-Identifier: Apache-2.0
#include "satchel/aws/directory.hpp"

#include <utility>

#include "satchel/base/retry.hpp"
#include "satchel/model/keys.hpp"
#include "satchel/model/name.hpp"

namespace satchel::aws {
namespace {

// Of the code that AdminResetUserPassword mails; and of a temporary password, which the pool's template says.
constexpr Duration kResetLife = std::chrono::hours{1};
constexpr Duration kInvitationLife = std::chrono::days{7};

std::unexpected<Error> taken() { return fail(ErrorCode::conflict, "Somebody has an account with this address. They can sign in with it.", {}, "address_taken"); }
std::unexpected<Error> elsewhere(std::string_view sentence) { return fail(ErrorCode::unsupported, std::string(sentence), {}, "people_elsewhere"); }
std::unexpected<Error> unsettled() { return fail(ErrorCode::unavailable, "The person was made, but cannot be read yet. Invite them again in a moment."); }

class CognitoDirectory final : public Directory {
 public:
  CognitoDirectory(Directory& people, std::string issuer, CognitoOptions options, Table& table, Clock& clock, Random& random)
      : people_(&people), issuer_(std::move(issuer)), pool_(std::move(options), clock, random), table_(&table), clock_(&clock), random_(&random) {}

  Result<std::optional<User>> find(const Call& call, const UserId& id) const override { return people_->find(call, id); }
  Result<std::optional<User>> find_by_email(const Call& call, std::string_view email) const override { return people_->find_by_email(call, email); }
  Result<PersonPage> list(const Call& call, int limit, const std::string& cursor) const override { return people_->list(call, limit, cursor); }
  Result<Invitation> invite(const Call& call, std::string_view email, std::string_view name, Role role) override;
  Result<Invitation> start_reset(const Call& call, const UserId& id) override;
  Result<User> set_disabled(const Call& call, const UserId& id, bool disabled) override;
  Result<User> set_role(const Call& call, const UserId& id, Role role) override { return people_->set_role(call, id, role); }

 private:
  Result<std::optional<PoolUser>> pool_user(const Call& call, const UserId& id) const;
  Result<PoolUser> make(const Call& call, const std::string& email, std::string_view name) const;
  Result<void> bind(const Call& call, const UserId& id, const std::string& subject);

  Directory* people_;
  std::string issuer_;
  CognitoClient pool_;
  Table* table_;
  Clock* clock_;
  Random* random_;
};

/// First the table, then the pool, then the binding, then the mail: wherever this ends, inviting again goes on from there, and nobody has a
/// password before their subject is bound.
Result<Invitation> CognitoDirectory::invite(const Call& call, std::string_view email, std::string_view name, Role role) {
  const std::string folded = TRY(fold_email(email));
  auto user = TRY(pool_.find("email", folded, call.deadline));
  if (user && user->state != PoolUser::State::invited) return taken();
  const Invitation invitation = TRY(people_->invite(call, email, name, role));
  const auto person = TRY(people_->find_by_email(call, email));
  if (!person) return unsettled();
  if (!user) user = TRY(make(call, folded, name));
  TRY(bind(call, person->id, user->subject));
  TRY(pool_.resend(folded, call.deadline));
  return Invitation{.token = {}, .expires = invitation.expires};
}

/// Of two who invite the same person one makes the user, and the other finds them.
Result<PoolUser> CognitoDirectory::make(const Call& call, const std::string& email, std::string_view name) const {
  auto made = pool_.create(email, name, call.deadline);
  if (made || made.error().code != ErrorCode::conflict) return made;
  const auto user = TRY(pool_.find("email", email, call.deadline));
  if (!user) return unsettled();
  if (user->state != PoolUser::State::invited) return taken();
  return *user;
}

Result<void> CognitoDirectory::bind(const Call& call, const UserId& id, const std::string& subject) {
  Item map{keys::federated(issuer_, subject), {}}, back{keys::subject(id), {}};
  for (Item* item : {&map, &back}) {
    item->set("user", id.str());
    item->set("issuer", issuer_);
    item->set("subject", subject);
  }
  const Key at = map.key;
  const Transaction operations{Put{std::move(map), Condition::absent()}, Put{std::move(back), Condition::none()}};
  const auto outcome = TRY(retry(RetryPolicy{}, call.deadline, *clock_, *random_, [&] { return table_->write(call, operations); }));
  if (outcome.committed()) return {};
  const auto bound = TRY(table_->get(call, at));
  if (!bound || bound->text("user") != id.str()) return taken();
  return {};
}

Result<std::optional<PoolUser>> CognitoDirectory::pool_user(const Call& call, const UserId& id) const {
  const auto subject = TRY(table_->get(call, keys::subject(id)));
  if (!subject || subject->text("issuer") != issuer_) return std::optional<PoolUser>();
  return pool_.find("sub", subject->text("subject"), call.deadline);
}

Result<Invitation> CognitoDirectory::start_reset(const Call& call, const UserId& id) {
  if (!TRY(people_->find(call, id))) return fail(ErrorCode::not_found, "There is no such person. Look at the list of people again.");
  const auto user = TRY(pool_user(call, id));
  if (!user) return elsewhere("This person's password is not kept here. They choose another one at the sign-in page.");
  switch (user->state) {
    case PoolUser::State::external: return elsewhere("This person signs in at another provider, where their password is reset.");
    case PoolUser::State::invited: TRY(pool_.resend(user->email, call.deadline)); return Invitation{.token = {}, .expires = call.now + kInvitationLife};
    case PoolUser::State::known: break;
  }
  TRY(pool_.reset_password(user->username, call.deadline));
  TRY(pool_.sign_out(user->username, call.deadline));
  return Invitation{.token = {}, .expires = call.now + kResetLife};
}

Result<User> CognitoDirectory::set_disabled(const Call& call, const UserId& id, bool disabled) {
  User person = TRY(people_->set_disabled(call, id, disabled));
  const auto user = TRY(pool_user(call, id));
  if (!user) return person;
  if (user->enabled == disabled) TRY(pool_.set_enabled(user->username, !disabled, call.deadline));
  if (disabled) TRY(pool_.sign_out(user->username, call.deadline));
  return person;
}

}  // namespace

std::unique_ptr<Directory> cognito_directory(Directory& people, std::string issuer, CognitoOptions options, Table& table, Clock& clock, Random& random) {
  return std::make_unique<CognitoDirectory>(people, std::move(issuer), std::move(options), table, clock, random);
}

}  // namespace satchel::aws
