// SPDX-License-Identifier: Apache-2.0
#include "satchel/functions/attempts.hpp"
#include "satchel/functions/due.hpp"
#include "satchel/functions/links.hpp"
#include "satchel/functions/makers.hpp"

namespace satchel {
namespace {

/// Tidies up after links that are over, which the door has judged long before: an expired one is no longer listed with its entry, and
/// a year later it is forgotten.
class SweepLinks final : public Function {
 public:
  explicit SweepLinks(const Wiring& wiring) : table_(wiring.reader()), writer_(wiring.writer()) {}

  Result<void> on_schedule(const Context& context) override {
    TRY(sweep_due(context, table_, writer_, {.name = "sweep_links", .families = {Family::link}},
                  [&](const Item& due) { return attempt(context, [&] { return sweep(context, due.key); }); }));
    return {};
  }

 private:
  Result<void> sweep(const Context& context, const Key& key) {
    const auto item = TRY(table_.get(context.call, key));
    if (!item) return {};
    const Link link = link_from(*item);
    const auto due = next_sweep(link);
    if (!due || *due > context.call.now) return {};
    const Condition as_read = Condition::equals("version", link.version).and_equals("downloads", link.downloads).and_equals("opened", link.opened);
    Transaction transaction;
    if (link.listed) {
      Link after = link;
      after.listed = false;
      transaction = TRY(unlist_operations(context.call, table_, link));
      transaction.emplace_back(Put{to_item(after), as_read});
    } else {
      transaction.emplace_back(Delete{key, as_read});
    }
    if (!TRY(writer_.write(context.call, transaction)).committed()) return moved_on();
    return {};
  }

  const TableReader& table_;
  TableWriter writer_;
};

}  // namespace

make::Made make::sweep_links(const Wiring& wiring) { return std::make_unique<SweepLinks>(wiring); }

}  // namespace satchel
