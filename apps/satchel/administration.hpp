// SPDX-License-Identifier: Apache-2.0
// What the person who keeps the machine may do without signing in: make accounts and tokens, give failed events another chance. Called by
// the running server for its UNIX socket, and by the command line itself where no server runs. Any thread may call.
#pragma once

#include <string>

#include "apps/satchel/ground.hpp"
#include "satchel/base/json.hpp"

namespace satchel {

class Administration {
 public:
  /// Both outlive it.
  Administration(Ground& ground, const Process& process, std::int64_t quota) : ground_(&ground), process_(process), quota_(quota) {}

  /// {email, name?, admin?, password} → {id, email, role}. Errors: invalid, conflict (address_taken).
  Result<Json> add_user(const Json& request) const;
  /// {user (e-mail address), name, expires_seconds?, scopes?} → {token, expires}. Errors: invalid, not_found.
  Result<Json> create_token(const Json& request) const;
  /// {consumer} → {redriven}: its dead letters are tried again. Errors: invalid, not_found (it has none).
  Result<Json> redrive(const Json& request) const;

 private:
  Ground* ground_;
  Process process_;
  std::int64_t quota_;
};

}  // namespace satchel
