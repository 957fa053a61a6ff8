// SPDX-License-Identifier: Apache-2.0
// Entries as the table has them. META (keys::entry) is the truth: id, kind ("file", "folder"), state ("live", "trashed",
// "purging"), edit (whoever changes META adds 1 and makes that a condition), space, owner, parent (none: a root), name, created,
// modified; of files: size, revision, blob, sum_algorithm, sum_value, sha256, media; `shared` where a link opens it; `deleted`
// in the trash. The directory entry (keys::child) repeats what a listing shows and is written in the same transaction; so is the
// trash item. Nothing here keeps state; any thread may call.
#pragma once

#include <string>
#include <vector>

#include "satchel/ports/table.hpp"
#include "satchel/runtime/function.hpp"

namespace satchel {

inline constexpr std::string_view kLive = "live", kTrashed = "trashed", kPurging = "purging";
inline constexpr std::size_t kDeepest = 100;  // folders above an entry, when it is made or moved

/// An entry with all folders above it.
struct Located {
  Item meta;
  std::vector<Item> above;  // META of its ancestors, root first
  Resource resource;

  EntryId id() const { return resource.entry; }
  EntryId parent() const { return EntryId(meta.text("parent")); }
  bool is_folder() const { return meta.text("kind") == "folder"; }
};

/// The entries in the order asked, absent ones left empty; one round trip a level of depth, whatever their number. An entry whose
/// folder is gone counts as trashed.
Result<std::vector<std::optional<Located>>> locate(const Call& call, const TableReader& table, const std::vector<EntryId>& ids);
/// Error: not_found.
Result<Located> locate(const Call& call, const TableReader& table, const EntryId& id);

/// Locates and decides. Errors: not_found, forbidden, invalid, as decide() gives them.
struct Allowed {
  Located entry;
  Grant grant;
};
Result<Allowed> allow(const Context& context, const TableReader& table, Action action, const EntryId& id);
/// Likewise, and it has to be a folder or a file. Error: invalid (not_a_folder, not_a_file).
Result<Allowed> allow_folder(const Context& context, const TableReader& table, Action action, const EntryId& id);
Result<Allowed> allow_file(const Context& context, const TableReader& table, Action action, const EntryId& id);

std::unexpected<Error> no_such_entry();

/// The API's Entry from META, a directory entry or a trash item.
Json::Object entry_members(const Item& item);
Json entry_json(const Item& item);
/// [{id, name}…] of folders, in their order.
Json path_json(const std::vector<Item>& folders);

/// META of a new folder.
Item new_folder(const EntryId& id, const Item& parent, std::string_view name, Time now);
/// The directory entry that belongs to META, and the trash item.
Item directory_entry(const Item& meta);
Item trash_item(const Item& meta);
Key directory_key(const Item& meta);
Key trash_key(const Item& meta);

/// The condition that META is as it was read.
Condition unchanged(const Item& meta);
/// That a folder takes new entries; holds within the transaction.
Operation check_live(const EntryId& folder);

}  // namespace satchel
