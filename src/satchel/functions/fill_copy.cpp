// SPDX-License-Identifier: Apache-2.0
#include "satchel/functions/attempts.hpp"
#include "satchel/functions/copying.hpp"
#include "satchel/functions/domain_event.hpp"
#include "satchel/functions/makers.hpp"
#include "satchel/functions/steps.hpp"

namespace satchel {
namespace {

constexpr std::string_view kConsumer = "fill_copy";
constexpr int kAtOnce = 40;

/// On folder.copying: copies some of what is in the source and leaves the rest to the next step. Where the room runs out or the copy
/// is deleted meanwhile, the rest stays uncopied.
class FillCopy final : public Function {
 public:
  FillCopy(const TableReader& table, TableWriter writer) : table_(table), writer_(std::move(writer)) {}

  Result<void> on_event(const Context& context, const Event& event) override {
    if (TRY(was_handled(context.call, table_, kConsumer, event))) return {};
    EventData data = event.data;
    const EntryId source(data["source"]), top(data["top"]), target(event.subject);
    const Page page = TRY(table_.query(context.call, {.partition = keys::entry(source).partition, .prefix = std::string(keys::kChildPrefix),
                                                      .from = data["from"], .limit = kAtOnce}));
    for (const Item& child : page.items) {
      if (child.text("id") == top.str()) continue;
      const auto copied = copy_child(context, EntryId(child.text("id")), target, top);
      if (copied) continue;
      if (passes_by_itself(copied.error())) return std::unexpected(copied.error());
      context.logger.info("copy.stopped", {{"folder", target.str()}, {"why", copied.error().type}});
      return finish_step(context, writer_, kConsumer, event, std::nullopt);
    }
    if (page.cursor.empty()) return finish_step(context, writer_, kConsumer, event, std::nullopt);
    // The next step begins right behind the last name seen.
    if (!page.items.empty()) data["from"] = page.items.back().key.sort + '\x01';
    return finish_step(context, writer_, kConsumer, event, event_operation(context, "folder.copying", target.str(), std::move(data)));
  }

 private:
  Result<void> copy_child(const Context& context, const EntryId& child, const EntryId& target, const EntryId& top) {
    TRY(attempt(context, [&]() -> Result<Item> {
      const auto meta = TRY(table_.get(context.call, keys::entry(child)));
      if (!meta || meta->text("state") != kLive) return Item{};
      const CopyPlace place{target, meta->text("name"), OnConflict::rename};
      const EntryId copy = copy_id(target, child);
      if (meta->text("kind") == "folder") return copy_folder(context, table_, writer_, *meta, place, copy, top);
      return copy_file(context, table_, writer_, *meta, place, copy);
    }));
    return {};
  }

  const TableReader& table_;
  TableWriter writer_;
};

}  // namespace

make::Made make::fill_copy(const Wiring& wiring) { return std::make_unique<FillCopy>(wiring.reader(), wiring.writer()); }

}  // namespace satchel
