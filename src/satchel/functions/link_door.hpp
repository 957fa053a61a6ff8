// SPDX-License-Identifier: Apache-2.0
// The door of every link, for whoever holds its token: nothing of a link or of what it opens is read out but behind enter(). In this
// order: is there such a link (404), is it over (410), does it want a password (401, and nothing else). Any thread may call.
#pragma once

#include "satchel/functions/entries.hpp"
#include "satchel/functions/links.hpp"

namespace satchel {

/// Whoever came through.
struct Visitor {
  Link link;
  User owner;
  Context context;  // with the link's bearer as its principal
};

class LinkDoor {
 public:
  LinkDoor(const TableReader& table, const Vault& vault) : table_(table), vault_(vault) {}

  enum class Spent { refuse, let_in };  // for the lease that spent it, the link is still open

  /// The link of the route's token, judged, its owner found able; its password is not asked for. Errors: not_found; gone
  /// (link_expired, link_spent, link_revoked).
  Result<Visitor> find(const Context& context, const Request& request, Spent spent) const;
  /// Likewise, and with its password where it has one. Error: unauthenticated link_password.
  Result<Visitor> enter(const Context& context, const Request& request, Spent spent) const;

  /// What enter() takes for a password, in the header Satchel-Link-Ticket; void after `expires` and after any change of the link.
  std::string ticket(const Link& link, Time expires) const;

 private:
  bool is_unlocked(const Link& link, std::string_view ticket, Time now) const;

  const TableReader& table_;
  const Vault& vault_;
};

/// The refusal of a link in this state.
std::unexpected<Error> link_over(LinkState state);

/// Lets a shared cache keep an answer that is the same for all who hold the link: it has neither password nor limit. For `most`, and never
/// beyond the link's end; a withdrawn link may be seen for as long.
void let_caches_keep(Response& response, const Visitor& visitor, Duration most);

/// The API's Entry for a visitor: nothing of what lies outside of the link, nor of other links.
Json visible_entry(const Item& item, const Link& link);

}  // namespace satchel
