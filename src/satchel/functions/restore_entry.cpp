// SPDX-License-Identifier: Apache-2.0
#include "satchel/functions/attempts.hpp"
#include "satchel/functions/domain_event.hpp"
#include "satchel/functions/makers.hpp"
#include "satchel/functions/naming.hpp"
#include "satchel/functions/placing.hpp"
#include "satchel/functions/request_reading.hpp"

namespace satchel {
namespace {

class RestoreEntry final : public Function {
 public:
  RestoreEntry(const TableReader& table, TableWriter writer) : table_(table), writer_(std::move(writer)) {}

  Result<Response> handle(const Context& context, const Request& request) override {
    const EntryId id(std::string(request.parameter("id")));
    const Item entry = TRY(attempt(context, [&] { return restore(context, id); }));
    return Response::json(entry_json(entry));
  }

 private:
  Result<Item> restore(const Context& context, const EntryId& id) {
    const SignedIn* who = TRY(person(context));
    const Located entry = TRY(allow(context, table_, Action::remove, id)).entry;
    if (!entry.resource.trashed) return entry.meta;
    const std::string state = entry.meta.text("state");
    if (state == kPurging) return no_such_entry();
    if (state == kLive) {
      return fail(ErrorCode::conflict, "It lies in a folder that is in the trash. Restore that folder.", {}, "folder_in_trash");
    }
    const std::int64_t guard = TRY(read_tree_guard(context.call, table_, entry.resource.space));
    const Located folder = TRY(home_of(context.call, entry, who->user.root));
    const std::string name = TRY(free_name(context.call, table_, folder.id(), entry.meta.text("name"), entry.meta.text("kind"), id));
    const Item after = placed(entry.meta, folder.id(), name);
    Transaction transaction{Put{after, unchanged(entry.meta)}, Delete{trash_key(entry.meta), Condition::exists()},
                            Put{directory_entry(after), Condition::absent()}, check_live(folder.id()),
                            event_operation(context, "entry.restored", id.str(), event_data_of(after))};
    if (entry.is_folder()) transaction.push_back(pass_tree_guard(entry.resource.space, guard));
    const auto written = TRY(writer_.write(context.call, transaction));
    if (!written.committed()) return moved_on();
    return after;
  }

  /// Where it was, or the root where that is gone or in the trash itself.
  Result<Located> home_of(const Call& call, const Located& entry, const EntryId& root) const {
    const auto places = TRY(locate(call, table_, std::vector{entry.parent(), root}));
    const bool at_home = places[0] && !places[0]->resource.trashed && check_place(entry, *places[0]);
    if (at_home) return *places[0];
    if (!places[1]) return no_such_entry();
    return *places[1];
  }

  const TableReader& table_;
  TableWriter writer_;
};

}  // namespace

make::Made make::restore_entry(const Wiring& wiring) { return std::make_unique<RestoreEntry>(wiring.reader(), wiring.writer()); }

}  // namespace satchel
