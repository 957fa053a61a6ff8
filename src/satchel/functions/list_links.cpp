// SPDX-License-Identifier: Apache-2.0
#include <algorithm>

#include "satchel/functions/links.hpp"
#include "satchel/functions/listing.hpp"
#include "satchel/functions/makers.hpp"
#include "satchel/functions/request_reading.hpp"

namespace satchel {
namespace {

constexpr int kMostOnPage = 100;

class ListLinks final : public Function {
 public:
  explicit ListLinks(const Wiring& wiring) : table_(wiring.reader()), vault_(wiring.vault()), settings_(wiring.settings()) {}

  Result<Response> handle(const Context& context, const Request& request) override {
    const SignedIn* who = TRY(person(context));
    const PageWanted wanted = TRY(page_wanted(request));
    const Page page = TRY(query_some(context.call, table_, {.index = Index::gsi1,
                                                            .partition = keys::mine_partition(who->user.id, keys::kMyLinks),
                                                            .forward = false,
                                                            .limit = std::min(wanted.limit, kMostOnPage),
                                                            .cursor = wanted.cursor}));
    // The index may be behind, so it only says which.
    std::vector<LinkId> ids;
    for (const Item& item : page.items) ids.emplace_back(item.text("id"));
    const auto links = TRY(load_links(context.call, table_, ids));
    const Json list = TRY(links_json(context.call, table_, vault_, settings_, links));
    auto answer = Json::object({{"links", list}});
    if (!page.cursor.empty()) answer.set("cursor", page.cursor);
    return Response::json(answer);
  }

 private:
  const TableReader& table_;
  const Vault& vault_;
  const Settings& settings_;
};

}  // namespace

make::Made make::list_links(const Wiring& wiring) { return std::make_unique<ListLinks>(wiring); }

}  // namespace satchel
