// SPDX-License-Identifier: Apache-2.0
// Links as their owner sees them. Every link that opens an entry has a pointer item beside the entry (keys::entry_link), written
// and deleted in the link's own transactions, so that the owner's list for an entry is complete; META's `shared` says whether there
// is one. Nothing here keeps state; any thread may call.
#pragma once

#include "satchel/functions/entries.hpp"
#include "satchel/model/link.hpp"
#include "satchel/ports/vault.hpp"
#include "satchel/runtime/registry.hpp"

namespace satchel {

inline constexpr std::size_t kMostLinksOfEntry = 100;

std::unexpected<Error> no_such_link();
/// Errors: not_found, also for what has not the form of an id.
Result<Link> load_link(const Call& call, const TableReader& table, const LinkId& id);
/// Of the person who asks, by the id in the route. Error: not_found.
Result<Link> link_of_mine(const Context& context, const TableReader& table, const Request& request);

/// The ids of an entry's links, at most so many.
Result<std::vector<LinkId>> links_of(const Call& call, const TableReader& table, const EntryId& entry, std::size_t most);
/// Those that are there, in the order asked.
Result<std::vector<Link>> load_links(const Call& call, const TableReader& table, const std::vector<LinkId>& ids);

/// Puts the pointer and marks the entry as shared. `meta` was read before.
Transaction list_operations(const Item& meta, const LinkId& link);
/// Takes the pointer away, and the mark with the last one. Reads the entry, which may be gone.
Result<Transaction> unlist_operations(const Call& call, const TableReader& table, const Link& link);

/// What a withdrawal writes: it opens nothing from here on.
Result<Transaction> revoke_operations(const Context& context, const TableReader& table, const Link& link);

/// The API's Links, with the names that their entries have now.
Result<Json> links_json(const Call& call, const TableReader& table, const Vault& vault, const Settings& settings, const std::vector<Link>& links);
Result<Json> link_json(const Call& call, const TableReader& table, const Vault& vault, const Settings& settings, const Link& link);

/// Checks of what a request sets. Errors: invalid.
Result<Time> check_expiry(Time expires, Time now);
Result<std::string> check_link_password(std::string password);
Result<std::int64_t> check_download_limit(std::int64_t limit);

}  // namespace satchel
