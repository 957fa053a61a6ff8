// SPDX-License-Identifier: Apache-2.0
#include "satchel/functions/listing.hpp"
#include "satchel/functions/makers.hpp"
#include "satchel/functions/request_reading.hpp"

namespace satchel {
namespace {

class ListTrash final : public Function {
 public:
  explicit ListTrash(const TableReader& table) : table_(table) {}

  Result<Response> handle(const Context& context, const Request& request) override {
    const SignedIn* who = TRY(person(context));
    const PageWanted wanted = TRY(page_wanted(request));
    TRY(allow(context, table_, Action::see, who->user.root));
    const Page page = TRY(query_some(context.call, table_, {.partition = keys::trash_partition(who->user.space), .forward = false,
                                                            .limit = wanted.limit, .cursor = wanted.cursor}));
    Json answer = Json::object();
    add_page(page, answer);
    return Response::json(answer);
  }

 private:
  const TableReader& table_;
};

}  // namespace

make::Made make::list_trash(const Wiring& wiring) { return std::make_unique<ListTrash>(wiring.reader()); }

}  // namespace satchel
