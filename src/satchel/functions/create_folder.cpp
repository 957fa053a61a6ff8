// SPDX-License-Identifier: Apache-2.0
#include "satchel/functions/attempts.hpp"
#include "satchel/functions/domain_event.hpp"
#include "satchel/functions/makers.hpp"
#include "satchel/functions/naming.hpp"
#include "satchel/functions/paths.hpp"
#include "satchel/model/name.hpp"

namespace satchel {
namespace {

struct Wish {
  EntryId parent;
  std::vector<std::string> names;
  bool exclusive = false;
};

Result<Wish> read_wish(const Request& request) {
  auto body = TRY(JsonReader::parse(request.body));
  Wish wish;
  wish.parent = EntryId(TRY(body.text("parent")));
  wish.names = TRY(names_of(TRY(body.text("path"))));
  wish.exclusive = TRY(body.optional_flag("exclusive")).value_or(false);
  TRY(body.finish());
  if (wish.names.empty()) return fail(ErrorCode::invalid, "The path is empty. Give it at least one name.", {}, "bad_name");
  return wish;
}

class CreateFolder final : public Function {
 public:
  CreateFolder(const TableReader& table, TableWriter writer) : table_(table), writer_(std::move(writer)) {}

  Result<Response> handle(const Context& context, const Request& request) override {
    const Wish wish = TRY(read_wish(request));
    const Allowed top = TRY(allow_folder(context, table_, Action::add, wish.parent));
    if (top.entry.above.size() + wish.names.size() > kDeepest) {
      return fail(ErrorCode::invalid, "The folder would lie too deep. Use at most 100 folders above it.", {}, "too_deep");
    }
    Step last{top.entry.meta, false};
    for (const std::string& name : wish.names) last = TRY(step_into(context, last.folder, name));
    if (wish.exclusive && !last.is_new) return name_taken();
    return Response::json(entry_json(last.folder), last.is_new ? 201 : 200);
  }

 private:
  struct Step {
    Item folder;  // META, or its directory entry where it was there
    bool is_new = false;
  };

  /// The folder of this name, made where it is missing.
  Result<Step> step_into(const Context& context, const Item& parent, const std::string& name) {
    const EntryId parent_id(parent.text("id"));
    const EntryId id(random_id(context.random));
    return attempt(context, [&]() -> Result<Step> {
      const auto parent_meta = TRY(table_.get(context.call, keys::entry(parent_id)));
      if (!parent_meta) return no_such_entry();
      const auto child = TRY(table_.get(context.call, keys::child(parent_id, fold_name(name))));
      if (child && child->text("kind") != "folder") return name_taken();
      if (child) return Step{*child, child->text("id") == id.str()};
      const Item folder = new_folder(id, *parent_meta, name, context.call.now);
      const auto written = TRY(writer_.write(context.call, {Put{folder, Condition::absent()}, Put{directory_entry(folder), Condition::absent()},
                                                            check_live(parent_id),
                                                            event_operation(context, "entry.created", id.str(), event_data_of(folder))}));
      if (written.committed()) return Step{folder, true};
      // The folder above may have gone to the trash meanwhile; then there is nothing to try again.
      TRY(allow_folder(context, table_, Action::add, parent_id));
      return moved_on();
    });
  }

  const TableReader& table_;
  TableWriter writer_;
};

}  // namespace

make::Made make::create_folder(const Wiring& wiring) { return std::make_unique<CreateFolder>(wiring.reader(), wiring.writer()); }

}  // namespace satchel
