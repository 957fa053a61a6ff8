// SPDX-License-Identifier: Apache-2.0
#include "satchel/functions/attempts.hpp"
#include "satchel/functions/domain_event.hpp"
#include "satchel/functions/entries.hpp"
#include "satchel/functions/makers.hpp"

namespace satchel {
namespace {

class TrashEntry final : public Function {
 public:
  TrashEntry(const TableReader& table, TableWriter writer) : table_(table), writer_(std::move(writer)) {}

  Result<Response> handle(const Context& context, const Request& request) override {
    const EntryId id(std::string(request.parameter("id")));
    TRY(attempt(context, [&] { return trash(context, id); }));
    return Response::empty();
  }

 private:
  /// Marks the entry alone: what lies below is judged by its ancestors.
  Result<void> trash(const Context& context, const EntryId& id) {
    const Located entry = TRY(allow(context, table_, Action::remove, id)).entry;
    if (entry.resource.trashed) return {};
    Item after = entry.meta;
    after.set("state", std::string(kTrashed));
    after.set("deleted", to_millis(context.call.now));
    after.set("edit", entry.meta.number("edit") + 1);
    const auto written = TRY(writer_.write(context.call, {Put{after, unchanged(entry.meta)},
                                                          Delete{directory_key(entry.meta), Condition::equals("id", id.str())},
                                                          Put{trash_item(after), Condition::absent()},
                                                          event_operation(context, "entry.trashed", id.str(), event_data_of(after))}));
    if (!written.committed()) return moved_on();
    return {};
  }

  const TableReader& table_;
  TableWriter writer_;
};

}  // namespace

make::Made make::trash_entry(const Wiring& wiring) { return std::make_unique<TrashEntry>(wiring.reader(), wiring.writer()); }

}  // namespace satchel
