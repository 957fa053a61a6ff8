// SPDX-License-Identifier: Apache-2.0
#include "satchel/functions/makers.hpp"
#include "satchel/functions/removal.hpp"

namespace satchel {
namespace {

class PurgeEntry final : public Function {
 public:
  PurgeEntry(const TableReader& table, TableWriter writer) : table_(table), removal_(table, std::move(writer)) {}

  Result<Response> handle(const Context& context, const Request& request) override {
    const Allowed entry = TRY(allow(context, table_, Action::remove, EntryId(std::string(request.parameter("id")))));
    TRY(removal_.purge_trashed(context, entry.entry.id()));
    return Response::empty();
  }

 private:
  const TableReader& table_;
  Removal removal_;
};

}  // namespace

make::Made make::purge_entry(const Wiring& wiring) { return std::make_unique<PurgeEntry>(wiring.reader(), wiring.writer()); }

}  // namespace satchel
