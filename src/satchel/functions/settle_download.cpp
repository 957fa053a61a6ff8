// SPDX-License-Identifier: Apache-2.0
#include <charconv>

#include "satchel/functions/attempts.hpp"
#include "satchel/functions/consumed.hpp"
#include "satchel/functions/leases.hpp"
#include "satchel/functions/makers.hpp"

namespace satchel {
namespace {

constexpr std::string_view kConsumer = "settle_download";

std::int64_t number_in(const Event& event, std::string_view name) {
  const auto found = event.data.find(name);
  std::int64_t number = 0;
  if (found != event.data.end()) std::from_chars(found->second.data(), found->second.data() + found->second.size(), number);
  return number;
}

/// On object.served: a whole download has spent its lease, a failed one gives the download back.
class SettleDownload final : public Function {
 public:
  explicit SettleDownload(const Wiring& wiring) : table_(wiring.reader()), writer_(wiring.writer()) {}

  Result<void> on_event(const Context& context, const Event& event) override {
    return attempt(context, [&]() -> Result<void> {
      const auto item = TRY(table_.get(context.call, keys::lease(LeaseId(event.subject))));
      if (!item) return {};  // settled long ago
      if (TRY(table_.get(context.call, keys::consumed(kConsumer, event.id)))) return {};
      const Lease lease = lease_from(*item);
      const auto link = TRY(table_.get(context.call, keys::link(lease.link)));
      if (!link) return {};  // nothing is left to be counted
      Transaction transaction = settle_lease(lease, link_from(*link), number_in(event, "bytes"), number_in(event, "whole") == 1);
      transaction.push_back(consumed_operation(context, kConsumer, event));
      if (!TRY(writer_.write(context.call, transaction)).committed()) return moved_on();
      return {};
    });
  }

 private:
  const TableReader& table_;
  TableWriter writer_;
};

}  // namespace

make::Made make::settle_download(const Wiring& wiring) { return std::make_unique<SettleDownload>(wiring); }

}  // namespace satchel
