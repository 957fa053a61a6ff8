// SPDX-License-Identifier: Apache-2.0
// The Directory port over the provider's own accounts. Writes Family::user, email, space, node, invitation and key. Any thread may call.
#pragma once

#include "satchel/base/random.hpp"
#include "satchel/ports/directory.hpp"
#include "satchel/ports/table.hpp"
#include "satchel/ports/vault.hpp"

namespace satchel::identity {

class AccountDirectory : public Directory {
 public:
  /// `quota_bytes` is the size of a new person's space. All of them outlive the directory.
  AccountDirectory(Table& table, const Vault& vault, Random& random, std::int64_t quota_bytes)
      : table_(&table), vault_(&vault), random_(&random), quota_(quota_bytes) {}

  Result<std::optional<User>> find(const Call& call, const UserId& id) const override;
  Result<std::optional<User>> find_by_email(const Call& call, std::string_view email) const override;
  /// By the time they were made; a person made in this moment may be missing (the index is eventual).
  Result<PersonPage> list(const Call& call, int limit, const std::string& cursor) const override;
  Result<Invitation> invite(const Call& call, std::string_view email, std::string_view name, Role role) override;
  Result<Invitation> start_reset(const Call& call, const UserId& id) override;
  Result<User> set_disabled(const Call& call, const UserId& id, bool disabled) override;
  Result<User> set_role(const Call& call, const UserId& id, Role role) override;

 private:
  Result<Invitation> invite_new(const Call& call, std::string_view email, std::string_view name, Role role);
  Result<Invitation> invite_again(const Call& call, const User& user, std::string_view name, Role role);
  /// Empty where the person has changed since they were read.
  Result<std::optional<User>> replace(const Call& call, const User& before, const User& after);
  template <class Change>
  Result<User> change(const Call& call, const UserId& id, Change apply);

  Table* table_;
  const Vault* vault_;
  Random* random_;
  std::int64_t quota_;
};

}  // namespace satchel::identity
