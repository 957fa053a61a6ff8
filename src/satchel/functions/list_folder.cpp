// SPDX-License-Identifier: Apache-2.0
#include "satchel/functions/listing.hpp"
#include "satchel/functions/makers.hpp"
#include "satchel/functions/request_reading.hpp"

namespace satchel {
namespace {

class ListFolder final : public Function {
 public:
  explicit ListFolder(const TableReader& table) : table_(table) {}

  Result<Response> handle(const Context& context, const Request& request) override {
    const PageWanted wanted = TRY(page_wanted(request));
    const Allowed folder = TRY(allow_folder(context, table_, Action::see, EntryId(std::string(request.parameter("id")))));
    auto way = folder.entry.above;
    way.push_back(folder.entry.meta);
    auto answer = Json::object({{"folder", entry_json(folder.entry.meta)}, {"path", path_json(way)}});
    TRY(add_children(context.call, table_, folder.entry.id(), wanted.limit, wanted.cursor, answer));
    return Response::json(answer);
  }

 private:
  const TableReader& table_;
};

}  // namespace

make::Made make::list_folder(const Wiring& wiring) { return std::make_unique<ListFolder>(wiring.reader()); }

}  // namespace satchel
