// SPDX-License-Identifier: Apache-2.0
// People: found, invited, disabled. The built-in provider, Cognito, or people made at first sign-in. Any thread may call.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "satchel/base/result.hpp"
#include "satchel/model/user.hpp"
#include "satchel/ports/call.hpp"

namespace satchel {

struct Invitation {
  std::string token;  // opens the page where the invited person sets a password; shown once; empty: the directory has told the person itself
  Time expires{};
};

struct PersonPage {
  std::vector<User> people;
  std::string cursor;
};

class Directory {
 public:
  virtual ~Directory() = default;
  /// By the id that tokens carry as `sub`. Absence is not an error.
  virtual Result<std::optional<User>> find(const Call& call, const UserId& id) const = 0;
  virtual Result<std::optional<User>> find_by_email(const Call& call, std::string_view email) const = 0;
  virtual Result<PersonPage> list(const Call& call, int limit, const std::string& cursor) const = 0;

  /// Makes a person who cannot sign in until the invitation is taken up. Errors: conflict (address taken), invalid. A repeated call
  /// for a person who has not taken it up gives a new invitation.
  virtual Result<Invitation> invite(const Call& call, std::string_view email, std::string_view name, Role role) = 0;
  /// A one-use token with which the person sets a new password.
  virtual Result<Invitation> start_reset(const Call& call, const UserId& id) = 0;
  /// Idempotent. Disabling and a change of role raise the epoch: what was handed out before is void. Error: not_found;
  /// conflict where the last administrator would go.
  virtual Result<User> set_disabled(const Call& call, const UserId& id, bool disabled) = 0;
  virtual Result<User> set_role(const Call& call, const UserId& id, Role role) = 0;
};

}  // namespace satchel
