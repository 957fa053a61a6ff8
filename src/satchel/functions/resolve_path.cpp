// SPDX-License-Identifier: Apache-2.0
#include "satchel/functions/makers.hpp"
#include "satchel/functions/paths.hpp"
#include "satchel/functions/request_reading.hpp"
#include "satchel/model/name.hpp"

namespace satchel {
namespace {

class ResolvePath final : public Function {
 public:
  explicit ResolvePath(const TableReader& table) : table_(table) {}

  Result<Response> handle(const Context& context, const Request& request) override {
    EntryId at = TRY(person(context))->user.root;
    const auto names = TRY(names_of(request.argument("path")));
    for (const std::string& name : names) {
      const auto child = TRY(table_.get(context.call, keys::child(at, fold_name(name))));
      if (!child) return no_such_entry();
      at = EntryId(child->text("id"));
    }
    return Response::json(entry_json(TRY(allow(context, table_, Action::see, at)).entry.meta));
  }

 private:
  const TableReader& table_;
};

}  // namespace

make::Made make::resolve_path(const Wiring& wiring) { return std::make_unique<ResolvePath>(wiring.reader()); }

}  // namespace satchel
