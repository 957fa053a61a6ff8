// SPDX-License-Identifier: Apache-2.0
#include "satchel/functions/listing.hpp"
#include "satchel/functions/makers.hpp"
#include "satchel/functions/request_reading.hpp"
#include "satchel/functions/uploads.hpp"

namespace satchel {
namespace {

class ListUploads final : public Function {
 public:
  explicit ListUploads(const TableReader& table) : table_(table) {}

  Result<Response> handle(const Context& context, const Request& request) override {
    const SignedIn* who = TRY(person(context));
    const Page page = TRY(query_some(context.call, table_, {.index = Index::gsi1, .partition = keys::mine_partition(who->user.id, keys::kMyUploads),
                                                            .forward = false, .limit = 100, .cursor = std::string(request.argument("cursor"))}));
    const Json list = TRY(still_open(context.call, page));
    auto answer = Json::object({{"uploads", list}});
    if (!page.cursor.empty()) answer.set("cursor", page.cursor);
    return Response::json(answer);
  }

 private:
  /// An index may lag: the table itself says what is open.
  Result<Json> still_open(const Call& call, const Page& page) const {
    std::vector<Key> keys;
    for (const Item& item : page.items) keys.push_back(item.key);
    Json list = Json::array();
    if (keys.empty()) return list;
    const auto items = TRY(table_.batch_get(call, keys));
    for (const auto& item : items) {
      if (item && item->text("state") == kOpen) list.push(upload_members(upload_from(*item)));
    }
    return list;
  }

  const TableReader& table_;
};

}  // namespace

make::Made make::list_uploads(const Wiring& wiring) { return std::make_unique<ListUploads>(wiring.reader()); }

}  // namespace satchel
