// SPDX-License-Identifier: Apache-2.0
#include <algorithm>

#include "satchel/functions/link_door.hpp"
#include "satchel/functions/makers.hpp"

namespace satchel {
namespace {

class OpenLink final : public Function {
 public:
  explicit OpenLink(const Wiring& wiring) : table_(wiring.reader()), door_(wiring.reader(), wiring.vault()), settings_(wiring.settings()) {}

  Result<Response> handle(const Context& context, const Request& request) override {
    const Visitor visitor = TRY(door_.enter(context, request, LinkDoor::Spent::refuse));
    const Link& link = visitor.link;
    const Item meta = TRY(allow(visitor.context, table_, Action::see, link.entry)).entry.meta;
    const Json root = visible_entry(meta, link);
    auto answer = Json::object({{"kind", meta.text("kind")}, {"name", meta.text("name")}});
    for (const std::string_view name : {"size", "type"}) {
      if (const Json* value = root.find(name)) answer.set(std::string(name), *value);
    }
    answer.set("root", root);
    answer.set("sender", visitor.owner.name);
    if (link.expires) answer.set("expires", *link.expires);
    if (link.max_downloads) {
      answer.set("max_downloads", *link.max_downloads);
      answer.set("downloads_left", std::max<std::int64_t>(link.left, 0));
    }
    Response response = Response::json(answer);
    let_caches_keep(response, visitor, settings_.shared_cache);
    return response;
  }

 private:
  const TableReader& table_;
  LinkDoor door_;
  const Settings& settings_;
};

}  // namespace

make::Made make::open_link(const Wiring& wiring) { return std::make_unique<OpenLink>(wiring); }

}  // namespace satchel
