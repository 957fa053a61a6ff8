// SPDX-License-Identifier: Apache-2.0
#include "satchel/functions/links.hpp"
#include "satchel/functions/makers.hpp"

namespace satchel {
namespace {

class GetLink final : public Function {
 public:
  explicit GetLink(const Wiring& wiring) : table_(wiring.reader()), vault_(wiring.vault()), settings_(wiring.settings()) {}

  Result<Response> handle(const Context& context, const Request& request) override {
    const Link link = TRY(link_of_mine(context, table_, request));
    return Response::json(TRY(link_json(context.call, table_, vault_, settings_, link)));
  }

 private:
  const TableReader& table_;
  const Vault& vault_;
  const Settings& settings_;
};

}  // namespace

make::Made make::get_link(const Wiring& wiring) { return std::make_unique<GetLink>(wiring); }

}  // namespace satchel
