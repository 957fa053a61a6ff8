// SPDX-License-Identifier: Apache-2.0
#include "satchel/functions/attempts.hpp"
#include "satchel/functions/domain_event.hpp"
#include "satchel/functions/makers.hpp"
#include "satchel/functions/removal.hpp"
#include "satchel/functions/request_reading.hpp"

namespace satchel {
namespace {

/// Deletes what fits into one call at once and leaves the rest to events (continue_empty_trash).
class EmptyTrash final : public Function {
 public:
  EmptyTrash(const TableReader& table, TableWriter writer) : table_(table), writer_(writer), removal_(table, std::move(writer)) {}

  Result<Response> handle(const Context& context, const Request&) override {
    const User& user = TRY(person(context))->user;
    // The right to remove is asked of the trash as of any entry: the root itself can only be added to.
    TRY(allow(context, table_, Action::add, user.root));
    const bool all = TRY(removal_.empty_some(context, user.space, context.call.now));
    if (!all) TRY(attempt(context, [&] { return leave_the_rest(context, user.space); }));
    return Response::empty();
  }

 private:
  Result<WriteOutcome> leave_the_rest(const Context& context, const SpaceId& space) {
    return writer_.write(context.call, {event_operation(context, "trash.emptying", space.str(),
                                                        {{"before", std::to_string(to_millis(context.call.now))}})});
  }

  const TableReader& table_;
  TableWriter writer_;
  Removal removal_;
};

}  // namespace

make::Made make::empty_trash(const Wiring& wiring) { return std::make_unique<EmptyTrash>(wiring.reader(), wiring.writer()); }

}  // namespace satchel
