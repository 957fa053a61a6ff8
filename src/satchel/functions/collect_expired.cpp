// SPDX-License-Identifier: Apache-2.0
#include "satchel/functions/due.hpp"
#include "satchel/functions/makers.hpp"

namespace satchel {
namespace {

/// Deletes what means nothing any more from the moment it is due: leases (of which nothing was heard: their download stays spent),
/// tokens, counters, and what was remembered of handled events and repeated requests.
class CollectExpired final : public Function {
 public:
  explicit CollectExpired(const Wiring& wiring) : table_(wiring.reader()), writer_(wiring.writer()) {}

  Result<void> on_schedule(const Context& context) override {
    const Sweep sweep{.name = "collect_expired",
                      .families = {Family::lease, Family::token, Family::rate, Family::consumed, Family::idempotency}};
    TRY(sweep_due(context, table_, writer_, sweep, [&](const Item& due) -> Result<void> {
      // As it was when it stood in the index: what has been given more time meanwhile stays.
      TRY(writer_.write(context.call, {Delete{due.key, Condition::equals(std::string(kGsi2Sort), due.text(kGsi2Sort))}}));
      return {};
    }));
    return {};
  }

 private:
  const TableReader& table_;
  TableWriter writer_;
};

}  // namespace

make::Made make::collect_expired(const Wiring& wiring) { return std::make_unique<CollectExpired>(wiring); }

}  // namespace satchel
