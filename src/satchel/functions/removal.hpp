// SPDX-License-Identifier: Apache-2.0
// Deleting for ever. A file goes in one transaction: its items, its room, its hold on blobs. A folder is first marked "purging", from
// when on nothing can come into it any more; the event folder.purging then clears it page by page, and it goes when it is empty.
#pragma once

#include "satchel/functions/entries.hpp"

namespace satchel {

class Removal {
 public:
  Removal(const TableReader& table, TableWriter writer) : table_(table), writer_(std::move(writer)) {}

  /// An entry that lies in the trash. Nothing happens where it is gone, or being purged. Errors: conflict not_in_trash; those that pass
  /// by themselves.
  Result<void> purge_trashed(const Context& context, const EntryId& id);

  /// Some of what lies in a folder marked "purging"; whether that was all and the folder is gone.
  Result<bool> clear_some(const Context& context, const EntryId& folder);

  /// Some of what was in the trash before a moment; whether that was all.
  Result<bool> empty_some(const Context& context, const SpaceId& space, Time before);

 private:
  Result<void> purge(const Context& context, const Item& meta);
  Result<void> purge_file(const Context& context, const Item& meta);
  Result<void> mark_folder(const Context& context, const Item& meta);
  Result<void> purge_child(const Context& context, const EntryId& folder, const EntryId& child);
  Result<void> write(const Context& context, const Transaction& transaction);

  const TableReader& table_;
  TableWriter writer_;
};

}  // namespace satchel
