// SPDX-License-Identifier: Apache-2.0
#include "satchel/functions/attempts.hpp"
#include "satchel/functions/copying.hpp"
#include "satchel/functions/makers.hpp"
#include "satchel/functions/new_uploads.hpp"
#include "satchel/functions/placing.hpp"
#include "satchel/model/name.hpp"

namespace satchel {
namespace {

struct Wish {
  EntryId parent;
  std::optional<std::string> name;
  OnConflict conflict = OnConflict::fail;
};

Result<Wish> read_wish(const Request& request) {
  auto body = TRY(JsonReader::parse(request.body));
  Wish wish{.parent = EntryId(TRY(body.text("parent"))), .name = {}};
  if (const auto name = TRY(body.optional_text("name"))) wish.name = TRY(check_name(*name));
  wish.conflict = TRY(read_conflict(body, /*may_replace=*/false));
  TRY(body.finish());
  return wish;
}

class CopyEntry final : public Function {
 public:
  CopyEntry(const TableReader& table, TableWriter writer) : table_(table), writer_(std::move(writer)) {}

  Result<Response> handle(const Context& context, const Request& request) override {
    const Wish wish = TRY(read_wish(request));
    const Located source = TRY(allow(context, table_, Action::read, EntryId(std::string(request.parameter("id"))))).entry;
    if (source.parent().empty()) return fail(ErrorCode::invalid, "The top folder of a space cannot be copied. Copy what is in it.");
    const EntryId copy(random_id(context.random));
    const auto made = attempt(context, [&] { return copy_once(context, source.id(), wish, copy); });
    if (!made) return answer_refusal(context, table_, source.resource.space, source.meta.number("size"), made.error());
    return Response::json(entry_json(*made), 201);
  }

 private:
  Result<Item> copy_once(const Context& context, const EntryId& id, const Wish& wish, const EntryId& copy) {
    const Located source = TRY(allow(context, table_, Action::read, id)).entry;
    const Located folder = TRY(allow_folder(context, table_, Action::add, wish.parent)).entry;
    TRY(check_place(source, folder));
    const CopyPlace place{folder.id(), wish.name.value_or(source.meta.text("name")), wish.conflict};
    if (source.is_folder()) return copy_folder(context, table_, writer_, source.meta, place, copy, copy);
    return copy_file(context, table_, writer_, source.meta, place, copy);
  }

  const TableReader& table_;
  TableWriter writer_;
};

}  // namespace

make::Made make::copy_entry(const Wiring& wiring) { return std::make_unique<CopyEntry>(wiring.reader(), wiring.writer()); }

}  // namespace satchel
