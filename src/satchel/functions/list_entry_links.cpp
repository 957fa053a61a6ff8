// SPDX-License-Identifier: Apache-2.0
#include "satchel/functions/links.hpp"
#include "satchel/functions/makers.hpp"

namespace satchel {
namespace {

class ListEntryLinks final : public Function {
 public:
  explicit ListEntryLinks(const Wiring& wiring) : table_(wiring.reader()), vault_(wiring.vault()), settings_(wiring.settings()) {}

  Result<Response> handle(const Context& context, const Request& request) override {
    const EntryId entry(std::string(request.parameter("id")));
    TRY(allow(context, table_, Action::share, entry));
    const auto ids = TRY(links_of(context.call, table_, entry, 2 * kMostLinksOfEntry));
    const auto links = TRY(load_links(context.call, table_, ids));
    const Json list = TRY(links_json(context.call, table_, vault_, settings_, links));
    return Response::json(Json::object({{"links", list}}));
  }

 private:
  const TableReader& table_;
  const Vault& vault_;
  const Settings& settings_;
};

}  // namespace

make::Made make::list_entry_links(const Wiring& wiring) { return std::make_unique<ListEntryLinks>(wiring); }

}  // namespace satchel
