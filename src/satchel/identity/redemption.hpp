// SPDX-License-Identifier: Apache-2.0
// What using a ticket comes to, as one transaction: an invitation taken up, a password reset, an address confirmed. Pure but for the
// reads of the account.
#pragma once

#include <string>
#include <string_view>

#include "satchel/base/random.hpp"
#include "satchel/identity/tickets.hpp"
#include "satchel/model/user.hpp"

namespace satchel::identity {

struct Redemption {
  User user;               // as it will be
  Transaction operations;  // fails as a whole where the ticket was used or the account is another meanwhile
};

struct Redeemer {
  const TableReader& reader;
  const Vault& vault;
  std::int64_t quota_bytes;
};

/// `name` replaces the one of the invitation where it is not empty. Error: gone.
Result<Redemption> redeem(const Redeemer& means, const Call& call, Random& random, std::string_view token, const Ticket& ticket, std::string_view name,
                          std::string_view password_hash);

}  // namespace satchel::identity
