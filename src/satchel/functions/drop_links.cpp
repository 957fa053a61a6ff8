// SPDX-License-Identifier: Apache-2.0
#include "satchel/functions/attempts.hpp"
#include "satchel/functions/links.hpp"
#include "satchel/functions/makers.hpp"

namespace satchel {
namespace {

/// On entry.purged: links to what is gone are withdrawn. They open nothing before that, either; withdrawing again changes nothing.
class DropLinks final : public Function {
 public:
  explicit DropLinks(const Wiring& wiring) : table_(wiring.reader()), writer_(wiring.writer()) {}

  Result<void> on_event(const Context& context, const Event& event) override {
    for (const LinkId& id : TRY(links_of(context.call, table_, EntryId(event.subject), 2 * kMostLinksOfEntry))) {
      TRY(attempt(context, [&] { return drop(context, id); }));
    }
    return {};
  }

 private:
  Result<void> drop(const Context& context, const LinkId& id) {
    const auto item = TRY(table_.get(context.call, keys::link(id)));
    if (!item || link_from(*item).revoked) return {};
    if (!TRY(writer_.write(context.call, TRY(revoke_operations(context, table_, link_from(*item))))).committed()) return moved_on();
    return {};
  }

  const TableReader& table_;
  TableWriter writer_;
};

}  // namespace

make::Made make::drop_links(const Wiring& wiring) { return std::make_unique<DropLinks>(wiring); }

}  // namespace satchel
