// SPDX-License-Identifier: Apache-2.0
// People in memory, for tests and demonstrations: nobody can sign in here, and nothing outlives the process. Any thread may call.
#pragma once

#include <map>
#include <mutex>

#include "satchel/base/random.hpp"
#include "satchel/ports/directory.hpp"

namespace satchel {

class MemoryDirectory final : public Directory {
 public:
  explicit MemoryDirectory(Random& random) : random_(&random) {}
  /// A person as if the invitation had been taken up. Replaces one of the same id.
  void add(const User& user);
  /// As if the invited person had set a password. Whether the token was good.
  bool take_up(std::string_view token);

  Result<std::optional<User>> find(const Call& call, const UserId& id) const override;
  Result<std::optional<User>> find_by_email(const Call& call, std::string_view email) const override;
  Result<PersonPage> list(const Call& call, int limit, const std::string& cursor) const override;
  Result<Invitation> invite(const Call& call, std::string_view email, std::string_view name, Role role) override;
  Result<Invitation> start_reset(const Call& call, const UserId& id) override;
  Result<User> set_disabled(const Call& call, const UserId& id, bool disabled) override;
  Result<User> set_role(const Call& call, const UserId& id, Role role) override;

 private:
  struct Person {
    User user;
    bool invited = false;  // and has not taken it up
  };
  Invitation issue(const UserId& id, Time expires);
  bool is_last_administrator(const User& user) const;
  const Person* by_email(std::string_view folded) const;

  Random* random_;
  mutable std::mutex mutex_;
  std::map<UserId, Person> people_;
  std::map<std::string, UserId, std::less<>> tokens_;
};

}  // namespace satchel
