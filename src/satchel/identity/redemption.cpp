// SPDX-License-Identifier: Apache-2.0
#include "satchel/identity/redemption.hpp"

#include "satchel/identity/accounts.hpp"
#include "satchel/identity/lockout.hpp"
#include "satchel/identity/writing.hpp"
#include "satchel/model/keys.hpp"
#include "satchel/model/name.hpp"

namespace satchel::identity {
namespace {

std::string name_for(std::string_view given, std::string_view known, std::string_view email) {
  if (!given.empty()) return std::string(given);
  return std::string(known.empty() ? email.substr(0, email.find('@')) : known);
}

/// The person comes: may sign in from now on.
Operation welcome(const User& user) {
  Update update{.key = keys::user(user.id), .condition = Condition::equals("epoch", user.epoch)};
  update.condition.and_equals("invited", true).and_equals("disabled", false);
  update.set.emplace("invited", false);
  update.set.emplace("name", user.name);
  return update;
}

}  // namespace

Result<Redemption> redeem(const Redeemer& means, const Call& call, Random& random, std::string_view token, const Ticket& ticket, std::string_view name,
                          std::string_view password_hash) {
  const auto known = TRY(find_user(means.reader, call, ticket.user));
  const bool sign_up = ticket.kind == TicketKind::sign_up;
  if (!sign_up && (!known || known->epoch != ticket.epoch || known->disabled)) return ticket_gone();
  User user = sign_up ? new_user(call, random, ticket.email, {}, Role::member) : *known;
  const bool reset = ticket.kind == TicketKind::reset;
  if (!reset) user.name = name_for(name, sign_up ? ticket.name : user.name, user.email);
  if (!sign_up && !reset) user.invited = false;

  Transaction operations;
  if (sign_up) operations = TRY(creation(user, means.quota_bytes));
  operations.push_back(use_ticket(means.vault, token));
  operations.push_back(put_password(call, user.id, password_hash));
  operations.push_back(Lockout::forgive(TRY(fold_email(user.email))));
  operations.push_back(event_of(call, random, reset ? "user.password_reset" : "user.joined", user.id.str(), user.id.str()));
  if (reset) {
    operations.emplace_back(raise_epoch(user));
    ++user.epoch;
  } else if (!sign_up) {
    operations.push_back(welcome(user));
    if (user.role == Role::admin) operations.push_back(count_administrators(+1));
  }
  return Redemption{std::move(user), std::move(operations)};
}

}  // namespace satchel::identity
