// SPDX-License-Identifier: Apache-2.0
#include "satchel/functions/removal.hpp"

#include "satchel/functions/attempts.hpp"
#include "satchel/functions/domain_event.hpp"
#include "satchel/functions/files.hpp"

namespace satchel {
namespace {

constexpr int kAtOnce = 50;         // entries a step
constexpr int kVersionsAtOnce = 20;  // of a transaction of at most 100 operations

/// What holds an entry: its place in a folder or in the trash.
Operation let_go(const Item& meta) {
  const bool trashed = meta.text("state") == kTrashed;
  return Delete{trashed ? trash_key(meta) : directory_key(meta), Condition::equals("id", meta.text("id"))};
}

}  // namespace

Result<void> Removal::write(const Context& context, const Transaction& transaction) {
  const auto written = TRY(writer_.write(context.call, transaction));
  if (!written.committed()) return moved_on();
  return {};
}

Result<void> Removal::purge_trashed(const Context& context, const EntryId& id) {
  return attempt(context, [&]() -> Result<void> {
    const auto meta = TRY(table_.get(context.call, keys::entry(id)));
    if (!meta || meta->text("state") == kPurging) return {};
    if (meta->text("state") != kTrashed) {
      return fail(ErrorCode::conflict, "It is not in the trash. Move it there first.", {}, "not_in_trash");
    }
    return purge(context, *meta);
  });
}

Result<void> Removal::purge(const Context& context, const Item& meta) {
  return meta.text("kind") == "folder" ? mark_folder(context, meta) : purge_file(context, meta);
}

Result<void> Removal::purge_file(const Context& context, const Item& meta) {
  const Page versions = TRY(table_.query(context.call, {.partition = meta.key.partition, .prefix = std::string(keys::kVersionPrefix),
                                                        .limit = kVersionsAtOnce}));
  // An incomplete list, from a page that ended early or a file that was replaced very often: what was seen of the old ones goes first.
  const bool whole = versions.cursor.empty();
  std::vector<Item> dropped;
  for (const Item& version : versions.items) {
    if (whole || version.number("revision") != meta.number("revision")) dropped.push_back(version);
  }
  if (!whole && dropped.empty()) return moved_on();
  Transaction transaction = TRY(drop_versions(context, table_, SpaceId(meta.text("space")), dropped));
  if (whole) {
    transaction.push_back(Delete{meta.key, unchanged(meta)});
    transaction.push_back(let_go(meta));
    transaction.push_back(event_operation(context, "entry.purged", meta.text("id"), event_data_of(meta)));
  }
  TRY(write(context, transaction));
  return whole ? Result<void>() : moved_on();
}

Result<void> Removal::mark_folder(const Context& context, const Item& meta) {
  Item after = meta;
  after.set("state", std::string(kPurging));
  after.set("edit", meta.number("edit") + 1);
  return write(context, {Put{after, unchanged(meta)}, let_go(meta), event_operation(context, "folder.purging", meta.text("id"))});
}

Result<void> Removal::purge_child(const Context& context, const EntryId& folder, const EntryId& child) {
  return attempt(context, [&]() -> Result<void> {
    const auto meta = TRY(table_.get(context.call, keys::entry(child)));
    // It may just have been moved elsewhere, or into the trash on its own.
    if (!meta || meta->text("parent") != folder.str() || meta->text("state") != kLive) return {};
    return purge(context, *meta);
  });
}

Result<bool> Removal::clear_some(const Context& context, const EntryId& folder) {
  const auto meta = TRY(table_.get(context.call, keys::entry(folder)));
  if (!meta || meta->text("state") != kPurging) return true;
  const Page page = TRY(table_.query(context.call, {.partition = meta->key.partition, .prefix = std::string(keys::kChildPrefix), .limit = kAtOnce}));
  for (const Item& child : page.items) TRY(purge_child(context, folder, EntryId(child.text("id"))));
  if (!page.items.empty() || !page.cursor.empty()) return false;
  TRY(attempt(context, [&]() -> Result<void> {
    // Of what is gone already there is nothing left to say.
    if (!TRY(table_.get(context.call, meta->key))) return {};
    return write(context, {Delete{meta->key, unchanged(*meta)}, event_operation(context, "entry.purged", folder.str(), event_data_of(*meta))});
  }));
  return true;
}

Result<bool> Removal::empty_some(const Context& context, const SpaceId& space, Time before) {
  const Page page = TRY(table_.query(context.call, {.partition = keys::trash_partition(space),
                                                    .until = keys::trash(space, before + Duration{1}, EntryId()).sort, .limit = kAtOnce}));
  for (const Item& item : page.items) {
    const auto purged = purge_trashed(context, EntryId(item.text("id")));
    // Restored between the two reads: then it stays.
    if (!purged && purged.error().type != "not_in_trash") return std::unexpected(purged.error());
  }
  return page.items.empty() && page.cursor.empty();
}

}  // namespace satchel
