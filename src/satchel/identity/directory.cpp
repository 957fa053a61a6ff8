// SPDX-License-Identifier: Apache-2.0
#include "satchel/identity/directory.hpp"

#include "satchel/identity/accounts.hpp"
#include "satchel/identity/lifetimes.hpp"
#include "satchel/identity/password_rules.hpp"
#include "satchel/identity/tickets.hpp"
#include "satchel/identity/writing.hpp"
#include "satchel/model/keys.hpp"

namespace satchel::identity {
namespace {

constexpr int kAttempts = 8;

std::unexpected<Error> nobody() { return fail(ErrorCode::not_found, "There is no such person. Look at the list of people again."); }
std::unexpected<Error> last_administrator() {
  return fail(ErrorCode::conflict, "This is the last administrator. Make somebody else one first.", {}, "last_administrator");
}

bool counts_as_administrator(const User& user) { return user.role == Role::admin && !user.disabled && !user.invited; }

std::string_view word_of(Role role) { return role == Role::admin ? "admin" : "member"; }

}  // namespace

Result<std::optional<User>> AccountDirectory::find(const Call& call, const UserId& id) const { return find_user(*table_, call, id); }

Result<std::optional<User>> AccountDirectory::find_by_email(const Call& call, std::string_view email) const {
  const auto account = TRY(find_account(*table_, call, email));
  return account ? std::optional(account->user) : std::nullopt;
}

Result<PersonPage> AccountDirectory::list(const Call& call, int limit, const std::string& cursor) const {
  const Query query{.index = Index::gsi1, .partition = std::string(keys::kPeoplePartition), .limit = limit, .cursor = cursor};
  const Page page = TRY(table_->query(call, query));
  PersonPage people{.people = {}, .cursor = page.cursor};
  for (const Item& item : page.items) people.people.push_back(user_from(item));
  return people;
}

Result<Invitation> AccountDirectory::invite(const Call& call, std::string_view email, std::string_view name, Role role) {
  if (!name.empty()) TRY(check_person_name(name));
  for (int attempt = 0; attempt < kAttempts; ++attempt) {
    const auto account = TRY(find_account(*table_, call, email));
    if (account && !account->user.invited) return address_taken();
    auto invitation = account ? invite_again(call, account->user, name, role) : invite_new(call, email, name, role);
    if (invitation || invitation.error().code != ErrorCode::conflict) return invitation;
  }
  return moving();
}

Result<Invitation> AccountDirectory::invite_new(const Call& call, std::string_view email, std::string_view name, Role role) {
  User user = new_user(call, *random_, email, name, role);
  user.invited = true;
  const std::string token = random_secret(*random_);
  const Ticket ticket{.kind = TicketKind::invitation, .user = user.id, .epoch = user.epoch, .email = user.email, .name = user.name,
                      .expires = call.now + kInvitationLife};
  Transaction operations = TRY(creation(user, quota_));
  operations.emplace_back(Put{ticket_item(*vault_, token, ticket), Condition::absent()});
  if (!TRY(write_again(*table_, call, operations)).committed()) return moving();
  return Invitation{token, ticket.expires};
}

/// A new epoch voids the invitation before; the later word on name and role is the one that counts.
Result<Invitation> AccountDirectory::invite_again(const Call& call, const User& user, std::string_view name, Role role) {
  const std::string shown(name.empty() ? user.name : name);
  const std::string token = random_secret(*random_);
  const Ticket ticket{.kind = TicketKind::invitation, .user = user.id, .epoch = user.epoch + 1, .email = user.email, .name = shown,
                      .expires = call.now + kInvitationLife};
  Update update{.key = keys::user(user.id), .condition = Condition::equals("epoch", user.epoch)};
  update.condition.and_equals("invited", true);
  update.set.emplace("name", shown);
  update.set.emplace("role", std::string(word_of(role)));
  update.add.emplace("epoch", 1);
  const Transaction operations{std::move(update), Put{ticket_item(*vault_, token, ticket), Condition::absent()}};
  if (!TRY(write_again(*table_, call, operations)).committed()) return moving();
  return Invitation{token, ticket.expires};
}

/// For one who was invited and has not come, a reset is as good as the invitation.
Result<Invitation> AccountDirectory::start_reset(const Call& call, const UserId& id) {
  const auto user = TRY(find_user(*table_, call, id));
  if (!user) return nobody();
  const std::string token = random_secret(*random_);
  const Ticket ticket{.kind = user->invited ? TicketKind::invitation : TicketKind::reset, .user = user->id, .epoch = user->epoch,
                      .email = user->email, .name = user->name, .expires = call.now + kResetLife};
  TRY(write_again(*table_, call, {Put{ticket_item(*vault_, token, ticket), Condition::absent()}}));
  return Invitation{token, ticket.expires};
}

Result<std::optional<User>> AccountDirectory::replace(const Call& call, const User& before, const User& after) {
  Update update{.key = keys::user(before.id), .condition = Condition::equals("epoch", before.epoch)};
  update.condition.and_equals("disabled", before.disabled).and_equals("role", std::string(word_of(before.role))).and_equals("invited", before.invited);
  update.set.emplace("disabled", after.disabled);
  update.set.emplace("role", std::string(word_of(after.role)));
  update.set.emplace("epoch", after.epoch);
  if (after.epoch != before.epoch) update.set.emplace("signed_out", to_millis(call.now));
  Transaction operations{std::move(update)};
  const int count = counts_as_administrator(after) - counts_as_administrator(before);
  if (count != 0) operations.push_back(count_administrators(count));
  const WriteOutcome outcome = TRY(write_again(*table_, call, operations));
  if (outcome.failed == 1) return last_administrator();
  return outcome.committed() ? std::optional(after) : std::nullopt;
}

template <class Change>
Result<User> AccountDirectory::change(const Call& call, const UserId& id, Change apply) {
  for (int attempt = 0; attempt < kAttempts; ++attempt) {
    const auto before = TRY(find_user(*table_, call, id));
    if (!before) return nobody();
    User after = *before;
    if (!apply(after)) return after;
    if (auto done = TRY(replace(call, *before, after))) return *std::move(done);
  }
  return moving();
}

Result<User> AccountDirectory::set_disabled(const Call& call, const UserId& id, bool disabled) {
  return change(call, id, [&](User& user) {
    if (user.disabled == disabled) return false;
    user.disabled = disabled;
    if (disabled) ++user.epoch;
    return true;
  });
}

Result<User> AccountDirectory::set_role(const Call& call, const UserId& id, Role role) {
  return change(call, id, [&](User& user) {
    if (user.role == role) return false;
    user.role = role;  // looked up at each request, so nobody has to sign in again
    return true;
  });
}

}  // namespace satchel::identity
