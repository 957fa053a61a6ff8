// SPDX-License-Identifier: Apache-2.0
// Where the clients of AWS's services have their credential from. Any thread may call.
#pragma once

#include <memory>

#include "satchel/base/result.hpp"
#include "satchel/base/time.hpp"
#include "satchel/net/sigv4.hpp"

namespace satchel::aws {

class CredentialSource {
 public:
  virtual ~CredentialSource() = default;
  /// One that is good now and for some minutes more; asks the network only where the last one is about to end. Errors: internal (there is
  /// none, or none is granted: the sentence says what to set), unavailable, deadline_exceeded.
  virtual Result<net::Credential> get(Time deadline) = 0;
};

/// Always the same one.
std::shared_ptr<CredentialSource> fixed_credential(net::Credential credential);

}  // namespace satchel::aws
