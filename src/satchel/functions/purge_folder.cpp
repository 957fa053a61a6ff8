// SPDX-License-Identifier: Apache-2.0
#include "satchel/functions/domain_event.hpp"
#include "satchel/functions/makers.hpp"
#include "satchel/functions/removal.hpp"
#include "satchel/functions/steps.hpp"

namespace satchel {
namespace {

constexpr std::string_view kConsumer = "purge_folder";

/// On folder.purging: clears some of the folder and leaves the rest to the next step.
class PurgeFolder final : public Function {
 public:
  PurgeFolder(const TableReader& table, TableWriter writer) : table_(table), writer_(writer), removal_(table, std::move(writer)) {}

  Result<void> on_event(const Context& context, const Event& event) override {
    if (TRY(was_handled(context.call, table_, kConsumer, event))) return {};
    const bool all = TRY(removal_.clear_some(context, EntryId(event.subject)));
    if (all) return {};
    return finish_step(context, writer_, kConsumer, event, event_operation(context, "folder.purging", event.subject));
  }

 private:
  const TableReader& table_;
  TableWriter writer_;
  Removal removal_;
};

}  // namespace

make::Made make::purge_folder(const Wiring& wiring) { return std::make_unique<PurgeFolder>(wiring.reader(), wiring.writer()); }

}  // namespace satchel
