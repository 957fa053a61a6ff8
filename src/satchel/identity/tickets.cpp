// SPDX-License-Identifier: Apache-2.0
#include "satchel/identity/tickets.hpp"

#include <fmt/format.h>

#include <utility>

#include "satchel/model/keys.hpp"

namespace satchel::identity {
namespace {

std::string_view word_of(TicketKind kind) {
  switch (kind) {
    case TicketKind::invitation: return "invitation";
    case TicketKind::reset: return "reset";
    case TicketKind::sign_up: return "sign_up";
  }
  std::unreachable();
}

TicketKind kind_of(std::string_view word) {
  if (word == "reset") return TicketKind::reset;
  return word == "sign_up" ? TicketKind::sign_up : TicketKind::invitation;
}

}  // namespace

Key ticket_key(const Vault& vault, std::string_view token) { return keys::invitation(vault.keyed_hash("one-use token", token)); }

Item ticket_item(const Vault& vault, std::string_view token, const Ticket& ticket) {
  Item item{ticket_key(vault, token), {}};
  item.set("kind", std::string(word_of(ticket.kind)));
  item.set("user", ticket.user.str());
  item.set("epoch", ticket.epoch);
  item.set("email", ticket.email);
  item.set("name", ticket.name);
  item.set("expires", to_millis(ticket.expires));
  keys::index_due(item, ticket.expires);
  return item;
}

Result<Ticket> find_ticket(const TableReader& reader, const Vault& vault, const Call& call, std::string_view token) {
  const auto item = TRY(reader.get(call, ticket_key(vault, token)));
  if (!item || from_millis(item->number("expires")) <= call.now) return ticket_gone();
  return Ticket{.kind = kind_of(item->text("kind")), .user = UserId(item->text("user")), .epoch = item->number("epoch"),
                .email = item->text("email"), .name = item->text("name"), .expires = from_millis(item->number("expires"))};
}

Operation use_ticket(const Vault& vault, std::string_view token) { return Delete{ticket_key(vault, token), Condition::exists()}; }

std::unexpected<Error> ticket_gone() {
  return fail(ErrorCode::gone, "This link was used before, or its time is over. Ask for a new one.", {}, "ticket_gone");
}

std::string invitation_url(std::string_view public_url, std::string_view token) { return fmt::format("{}/invite#{}", public_url, token); }
std::string reset_url(std::string_view public_url, std::string_view token) { return fmt::format("{}/reset#{}", public_url, token); }

}  // namespace satchel::identity
