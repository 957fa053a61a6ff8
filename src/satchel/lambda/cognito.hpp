// SPDX-License-Identifier: Apache-2.0
// What a Cognito user pool asks before it makes somebody: the pre sign-up trigger. No other trigger is needed: a person's items are made at
// their first request, and every request reads role and epoch from the table, so that tokens need not carry them.
// Source: Amazon Cognito Developer Guide, "Pre sign-up Lambda trigger".
#pragma once

#include <string>
#include <string_view>

#include "satchel/lambda/worker.hpp"
#include "satchel/ports/table.hpp"

namespace satchel::lambda {

/// Whether a directory of the operator's own (SAML, OpenID) has let this user into the pool. Cognito names them "<provider>_<subject>", and
/// users of the pool itself by an id, which has no underscore. SignUps lets them come whatever the switch says, and so must whoever asks later.
bool is_vouched_for(std::string_view user_name);

class SignUps {
 public:
  /// `at_first`: whether the switch is on until an administrator has moved it. The others outlive it.
  SignUps(const TableReader& table, Clock& clock, bool at_first) : table_(&table), clock_(&clock), at_first_(at_first) {}

  /// The event itself, where the person may come: invited by an administrator, vouched for by a directory of the operator's own (SAML,
  /// OpenID), or anybody while the switch for self sign-up is on. Errors: forbidden (signup_closed; Cognito shows the sentence); those of the
  /// table; internal, where it is another event.
  Result<std::string> answer(const Invocation& invocation);

 private:
  const TableReader* table_;
  Clock* clock_;
  bool at_first_;
};

}  // namespace satchel::lambda
