// SPDX-License-Identifier: Apache-2.0
#include "satchel/identity/accounts.hpp"

#include "satchel/identity/password_rules.hpp"
#include "satchel/identity/writing.hpp"
#include "satchel/model/keys.hpp"
#include "satchel/model/name.hpp"

namespace satchel::identity {
namespace {

/// Nobody's id: read where an address has no account, so that both cost the same.
const UserId kNobody(std::string(22, '0'));

}  // namespace

Result<std::optional<Account>> find_account(const TableReader& reader, const Call& call, const UserId& id) {
  const auto items = TRY(reader.batch_get(call, {keys::user(id), keys::password(id)}));
  if (!items[0]) return std::nullopt;
  return Account{user_from(*items[0]), items[1] ? items[1]->text("hash") : std::string()};
}

Result<std::optional<Account>> find_account(const TableReader& reader, const Call& call, std::string_view email) {
  const auto address = TRY(reader.get(call, keys::email(TRY(fold_email(email)))));
  return find_account(reader, call, address ? UserId(address->text("user")) : kNobody);
}

Result<std::optional<User>> find_user(const TableReader& reader, const Call& call, const UserId& id) {
  const auto item = TRY(reader.get(call, keys::user(id)));
  return item ? std::optional(user_from(*item)) : std::nullopt;
}

User new_user(const Call& call, Random& random, std::string_view email, std::string_view name, Role role) {
  return {.id = UserId(random_id(random)), .email = std::string(email), .name = std::string(name), .role = role,
          .space = SpaceId(random_id(random)), .root = EntryId(random_id(random)), .created = call.now};
}

Result<Transaction> creation(const User& user, std::int64_t quota_bytes) {
  const std::string folded = TRY(fold_email(user.email));
  Item address{keys::email(folded), {}};
  address.set("user", user.id.str());
  Transaction operations;
  operations.emplace_back(Put{std::move(address), Condition::absent()});
  operations.emplace_back(Put{to_item(user), Condition::absent()});
  for (Item& item : new_space(user, quota_bytes)) operations.emplace_back(Put{std::move(item), Condition::absent()});
  return operations;
}

Operation put_password(const Call& call, const UserId& id, std::string_view hash) {
  Item item{keys::password(id), {}};
  item.set("hash", std::string(hash));
  item.set("changed", to_millis(call.now));
  return Put{std::move(item), {}};
}

Update raise_epoch(const User& user) {
  Update update{.key = keys::user(user.id), .condition = Condition::equals("epoch", user.epoch)};
  update.condition.and_equals("disabled", false);
  update.add.emplace("epoch", 1);
  return update;
}

Operation count_administrators(int by) {
  Update update{.key = keys::administrators(), .condition = by < 0 ? Condition::at_least("count", 2) : Condition::none()};
  update.add.emplace("count", by);
  return update;
}

Result<User> add_account(Table& table, const Call& call, Random& random, std::string_view email, std::string_view name, Role role,
                         std::string_view password_hash, std::int64_t quota_bytes) {
  const User user = new_user(call, random, email, TRY(check_person_name(name)), role);
  Transaction operations = TRY(creation(user, quota_bytes));
  operations.push_back(put_password(call, user.id, password_hash));
  if (role == Role::admin) operations.push_back(count_administrators(+1));
  operations.push_back(event_of(call, random, "user.created", "system", user.id.str()));
  if (!TRY(write_again(table, call, operations)).committed()) return address_taken();
  return user;
}

std::unexpected<Error> address_taken() {
  return fail(ErrorCode::conflict, "Somebody has an account with this address. Use another, or sign in.", {}, "address_taken");
}

}  // namespace satchel::identity
