// SPDX-License-Identifier: Apache-2.0
#include "satchel/functions/entries.hpp"
#include "satchel/functions/makers.hpp"

namespace satchel {
namespace {

class GetEntry final : public Function {
 public:
  explicit GetEntry(const TableReader& table) : table_(table) {}

  Result<Response> handle(const Context& context, const Request& request) override {
    const Allowed found = TRY(allow(context, table_, Action::see, EntryId(std::string(request.parameter("id")))));
    auto members = entry_members(found.entry.meta);
    members.emplace_back("path", path_json(found.entry.above));
    return Response::json(members);
  }

 private:
  const TableReader& table_;
};

}  // namespace

make::Made make::get_entry(const Wiring& wiring) { return std::make_unique<GetEntry>(wiring.reader()); }

}  // namespace satchel
