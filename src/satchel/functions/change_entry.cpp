// SPDX-License-Identifier: Apache-2.0
#include "satchel/functions/attempts.hpp"
#include "satchel/functions/domain_event.hpp"
#include "satchel/functions/makers.hpp"
#include "satchel/functions/naming.hpp"
#include "satchel/functions/placing.hpp"
#include "satchel/model/name.hpp"

namespace satchel {
namespace {

struct Wish {
  std::optional<std::string> name;
  std::optional<EntryId> parent;
  OnConflict conflict = OnConflict::fail;
};

Result<Wish> read_wish(const Request& request) {
  auto body = TRY(JsonReader::parse(request.body));
  Wish wish;
  if (const auto name = TRY(body.optional_text("name"))) wish.name = TRY(check_name(*name));
  if (auto parent = TRY(body.optional_text("parent"))) wish.parent = EntryId(*std::move(parent));
  wish.conflict = TRY(read_conflict(body, /*may_replace=*/false));
  TRY(body.finish());
  if (!wish.name && !wish.parent) return fail(ErrorCode::invalid, "Nothing to change. Send 'name', 'parent' or both.");
  return wish;
}

class ChangeEntry final : public Function {
 public:
  ChangeEntry(const TableReader& table, TableWriter writer) : table_(table), writer_(std::move(writer)) {}

  Result<Response> handle(const Context& context, const Request& request) override {
    const Wish wish = TRY(read_wish(request));
    const EntryId id(std::string(request.parameter("id")));
    const Item entry = TRY(attempt(context, [&] { return change(context, id, wish); }));
    return Response::json(entry_json(entry));
  }

 private:
  Result<Item> change(const Context& context, const EntryId& id, const Wish& wish) {
    const Located entry = TRY(allow(context, table_, Action::change, id)).entry;
    const std::int64_t guard = TRY(read_tree_guard(context.call, table_, entry.resource.space));
    const EntryId to = wish.parent.value_or(entry.parent());
    const Located folder = TRY(allow_folder(context, table_, Action::add, to)).entry;
    if (to != entry.parent()) TRY(check_place(entry, folder));
    const std::string name = TRY(settle_name(context.call, table_, to, wish.name.value_or(entry.meta.text("name")), entry.meta.text("kind"), id, wish.conflict));
    if (to == entry.parent() && name == entry.meta.text("name")) return entry.meta;

    const Item after = placed(entry.meta, to, name);
    Transaction transaction = move(entry.meta, after);
    transaction.push_back(check_live(to));
    if (entry.is_folder() && to != entry.parent()) transaction.push_back(pass_tree_guard(entry.resource.space, guard));
    transaction.push_back(event_operation(context, "entry.moved", id.str(), event_data_of(after)));
    const auto written = TRY(writer_.write(context.call, transaction));
    if (!written.committed()) return moved_on();
    return after;
  }

  static Transaction move(const Item& before, const Item& after) {
    const Condition ours = Condition::equals("id", before.text("id"));
    Transaction transaction{Put{after, unchanged(before).and_equals("state", std::string(kLive))}};
    // Names that fold alike have one key ("Readme", "README").
    if (directory_key(before) == directory_key(after)) {
      transaction.push_back(Put{directory_entry(after), ours});
    } else {
      transaction.push_back(Delete{directory_key(before), ours});
      transaction.push_back(Put{directory_entry(after), Condition::absent()});
    }
    return transaction;
  }

  const TableReader& table_;
  TableWriter writer_;
};

}  // namespace

make::Made make::change_entry(const Wiring& wiring) { return std::make_unique<ChangeEntry>(wiring.reader(), wiring.writer()); }

}  // namespace satchel
