// SPDX-License-Identifier: Apache-2.0
// Accounts in the table: a person's profile, password hash and address, and the count of administrators who can sign in, which keeps
// the last one. Any thread may call.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "satchel/base/random.hpp"
#include "satchel/model/user.hpp"
#include "satchel/ports/table.hpp"

namespace satchel::identity {

struct Account {
  User user;
  std::string password_hash;  // empty: none was set
  bool can_sign_in() const { return !user.disabled && !user.invited && !password_hash.empty(); }
};

/// As many reads for an address that nobody has as for another. Error: invalid (no address), and those of the table.
Result<std::optional<Account>> find_account(const TableReader& reader, const Call& call, std::string_view email);
Result<std::optional<Account>> find_account(const TableReader& reader, const Call& call, const UserId& id);
/// The profile alone.
Result<std::optional<User>> find_user(const TableReader& reader, const Call& call, const UserId& id);

/// A person with fresh ids.
User new_user(const Call& call, Random& random, std::string_view email, std::string_view name, Role role);

/// What makes the person, address first: the write fails at operation 0 where the address is taken.
Result<Transaction> creation(const User& user, std::int64_t quota_bytes);
Operation put_password(const Call& call, const UserId& id, std::string_view hash);
/// Ends what was handed out before; holds only while the person is as read, and active.
Update raise_epoch(const User& user);
/// +1 or -1 administrators who can sign in; -1 only where one remains.
Operation count_administrators(int by);

/// A person with a password, at once: `satchel user add` and tests. Errors: invalid, conflict (address_taken). Whoever is made first as an
/// administrator voids the set-up link.
Result<User> add_account(Table& table, const Call& call, Random& random, std::string_view email, std::string_view name, Role role,
                         std::string_view password_hash, std::int64_t quota_bytes);

std::unexpected<Error> address_taken();

}  // namespace satchel::identity
