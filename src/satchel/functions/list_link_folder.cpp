// SPDX-License-Identifier: Apache-2.0
#include "satchel/functions/leases.hpp"
#include "satchel/functions/link_door.hpp"
#include "satchel/functions/listing.hpp"
#include "satchel/functions/makers.hpp"
#include "satchel/functions/request_reading.hpp"

namespace satchel {
namespace {

class ListLinkFolder final : public Function {
 public:
  explicit ListLinkFolder(const Wiring& wiring) : table_(wiring.reader()), door_(wiring.reader(), wiring.vault()), settings_(wiring.settings()) {}

  Result<Response> handle(const Context& context, const Request& request) override {
    const PageWanted wanted = TRY(page_wanted(request));
    const Visitor visitor = TRY(enter(context, request));
    const EntryId id(request.query.contains("folder") ? std::string(request.argument("folder")) : visitor.link.entry.str());
    const Located folder = TRY(allow_folder(visitor.context, table_, Action::see, id)).entry;
    auto answer = Json::object({{"folder", visible_entry(folder.meta, visitor.link)}, {"path", path_json(way_to(folder, visitor.link))}});
    const Page page = TRY(query_some(context.call, table_, {.partition = folder.meta.key.partition, .prefix = std::string(keys::kChildPrefix),
                                                            .limit = wanted.limit, .cursor = wanted.cursor}));
    Json entries = Json::array();
    for (const Item& item : page.items) entries.push(visible_entry(item, visitor.link));
    answer.set("entries", std::move(entries));
    if (!page.cursor.empty()) answer.set("cursor", page.cursor);
    Response response = Response::json(answer);
    let_caches_keep(response, visitor, settings_.shared_cache);
    return response;
  }

 private:
  /// Whoever took the last download of a limited link may go on listing for the files that follow under its lease.
  Result<Visitor> enter(const Context& context, const Request& request) {
    Visitor visitor = TRY(door_.enter(context, request, LinkDoor::Spent::let_in));
    if (state_of(visitor.link, context.call.now) == LinkState::open) return visitor;
    if (TRY(standing_lease(context.call, table_, std::string(request.argument("lease")), visitor.link))) return visitor;
    return link_over(LinkState::spent);
  }

  /// From the link's own folder on: what lies above is not the visitor's business.
  static std::vector<Item> way_to(const Located& folder, const Link& link) {
    std::vector<Item> way;
    for (const Item& above : folder.above) {
      if (!way.empty() || above.text("id") == link.entry.str()) way.push_back(above);
    }
    way.push_back(folder.meta);
    return way;
  }

  const TableReader& table_;
  LinkDoor door_;
  const Settings& settings_;
};

}  // namespace

make::Made make::list_link_folder(const Wiring& wiring) { return std::make_unique<ListLinkFolder>(wiring); }

}  // namespace satchel
