// SPDX-License-Identifier: Apache-2.0
#include "satchel/functions/due.hpp"
#include "satchel/functions/makers.hpp"
#include "satchel/functions/removal.hpp"

namespace satchel {
namespace {

/// Deletes for ever what has lain in the trash for its time (trash_item() says how long).
class PurgeTrash final : public Function {
 public:
  PurgeTrash(const TableReader& table, TableWriter writer) : table_(table), writer_(writer), removal_(table, std::move(writer)) {}

  Result<void> on_schedule(const Context& context) override {
    TRY(sweep_due(context, table_, writer_, {.name = "purge_trash", .families = {Family::space}},
                  [&](const Item& due) { return purge(context, due.key); }));
    return {};
  }

 private:
  /// The trash item's key bears the moment of deletion: where it still exists, the entry was not restored since.
  Result<void> purge(const Context& context, const Key& key) {
    const auto item = TRY(table_.get(context.call, key));
    if (!item) return {};
    return removal_.purge_trashed(context, EntryId(item->text("id")));
  }

  const TableReader& table_;
  TableWriter writer_;
  Removal removal_;
};

}  // namespace

make::Made make::purge_trash(const Wiring& wiring) { return std::make_unique<PurgeTrash>(wiring.reader(), wiring.writer()); }

}  // namespace satchel
