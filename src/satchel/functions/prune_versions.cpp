// SPDX-License-Identifier: Apache-2.0
#include "satchel/functions/attempts.hpp"
#include "satchel/functions/files.hpp"
#include "satchel/functions/makers.hpp"

namespace satchel {
namespace {

constexpr int kVersionsAtOnce = 20;

/// On upload.completed: of a file that was replaced often, the newest versions stay.
class PruneVersions final : public Function {
 public:
  PruneVersions(const TableReader& table, TableWriter writer) : table_(table), writer_(std::move(writer)) {}

  Result<void> on_event(const Context& context, const Event& event) override {
    const EntryId id(event.subject);
    for (bool more = true; more;) more = TRY(attempt(context, [&] { return prune(context, id); }));
    return {};
  }

 private:
  /// Whether there may be more.
  Result<bool> prune(const Context& context, const EntryId& id) {
    const auto file = TRY(table_.get(context.call, keys::entry(id)));
    const std::int64_t oldest = file ? file->number("revision") - kVersionsKept + 1 : 0;
    if (oldest <= 1) return false;
    const Page page = TRY(table_.query(context.call, {.partition = file->key.partition, .prefix = std::string(keys::kVersionPrefix),
                                                      .until = keys::version(id, oldest).sort, .limit = kVersionsAtOnce}));
    if (page.items.empty()) return !page.cursor.empty();
    const auto written = TRY(writer_.write(context.call, TRY(drop_versions(context, table_, SpaceId(file->text("space")), page.items))));
    if (!written.committed()) return moved_on();
    return true;
  }

  const TableReader& table_;
  TableWriter writer_;
};

}  // namespace

make::Made make::prune_versions(const Wiring& wiring) { return std::make_unique<PruneVersions>(wiring.reader(), wiring.writer()); }

}  // namespace satchel
