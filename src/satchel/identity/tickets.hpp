// SPDX-License-Identifier: Apache-2.0
// Tokens that open one page once: an invitation, a reset of the password, a check of an address at sign-up. Stored under the keyed hash
// of the token, bound to the account as it was (its epoch), with an end that is judged at use. Any thread may call.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "satchel/model/ids.hpp"
#include "satchel/ports/table.hpp"
#include "satchel/ports/vault.hpp"

namespace satchel::identity {

enum class TicketKind { invitation, reset, sign_up };

struct Ticket {
  TicketKind kind = TicketKind::invitation;
  UserId user;              // empty at sign-up: the account is made when the ticket is used
  std::int64_t epoch = 0;   // of the account; another one voids the ticket
  std::string email, name;
  Time expires{};
};

/// The key of a ticket's item.
Key ticket_key(const Vault& vault, std::string_view token);
Item ticket_item(const Vault& vault, std::string_view token, const Ticket& ticket);
/// Error: gone (ticket_gone) where there is none, it was used or its time is over: one answer for all three.
Result<Ticket> find_ticket(const TableReader& reader, const Vault& vault, const Call& call, std::string_view token);
/// Uses it up; holds for one writer only.
Operation use_ticket(const Vault& vault, std::string_view token);

std::unexpected<Error> ticket_gone();

/// "https://files.example.org/invite#TOKEN"
std::string invitation_url(std::string_view public_url, std::string_view token);
std::string reset_url(std::string_view public_url, std::string_view token);

}  // namespace satchel::identity
