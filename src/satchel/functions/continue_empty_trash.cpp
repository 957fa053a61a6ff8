// SPDX-License-Identifier: Apache-2.0
#include <limits>

#include "satchel/functions/domain_event.hpp"
#include "satchel/functions/makers.hpp"
#include "satchel/functions/removal.hpp"
#include "satchel/functions/request_reading.hpp"
#include "satchel/functions/steps.hpp"

namespace satchel {
namespace {

constexpr std::string_view kConsumer = "continue_empty_trash";

/// On trash.emptying: some more of what was in the trash when it was to be emptied.
class ContinueEmptyTrash final : public Function {
 public:
  ContinueEmptyTrash(const TableReader& table, TableWriter writer)
      : table_(table), writer_(writer), removal_(table, std::move(writer)) {}

  Result<void> on_event(const Context& context, const Event& event) override {
    const auto before = event.data.find("before");
    if (before == event.data.end() || TRY(was_handled(context.call, table_, kConsumer, event))) return {};
    const std::int64_t moment = TRY(whole_number(before->second, "before", 0, std::numeric_limits<std::int64_t>::max()));
    if (TRY(removal_.empty_some(context, SpaceId(event.subject), from_millis(moment)))) return {};
    return finish_step(context, writer_, kConsumer, event, event_operation(context, "trash.emptying", event.subject, event.data));
  }

 private:
  const TableReader& table_;
  TableWriter writer_;
  Removal removal_;
};

}  // namespace

make::Made make::continue_empty_trash(const Wiring& wiring) {
  return std::make_unique<ContinueEmptyTrash>(wiring.reader(), wiring.writer());
}

}  // namespace satchel
