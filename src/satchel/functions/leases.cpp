// SPDX-License-Identifier: Apache-2.0
#include "satchel/functions/leases.hpp"

namespace satchel {
namespace {

constexpr std::string_view kOut = "out", kSpent = "spent", kReturned = "returned";

std::string_view to_string(Lease::State state) {
  switch (state) {
    case Lease::State::out: return kOut;
    case Lease::State::spent: return kSpent;
    case Lease::State::returned: return kReturned;
  }
  return {};
}

Lease::State state_from(std::string_view text) {
  if (text == kOut) return Lease::State::out;
  return text == kSpent ? Lease::State::spent : Lease::State::returned;
}

/// -1 takes a download from the link, 1 gives one back.
Update change_left(const LinkId& link, std::int64_t by, Condition condition) {
  return {.key = keys::link(link), .set = {}, .add = {{"left", by}, {"downloads", -by}}, .remove = {}, .condition = std::move(condition)};
}

}  // namespace

Lease lease_from(const Item& item) {
  return {.id = LeaseId(item.text("id")),
          .link = LinkId(item.text("link")),
          .entry = EntryId(item.text("entry")),
          .size = item.number("size"),
          .bytes = item.number("bytes"),
          .state = state_from(item.text("state")),
          .until = from_millis(item.number("until"))};
}

Result<std::optional<Lease>> standing_lease(const Call& call, const TableReader& table, const std::string& id, const Link& link) {
  if (!is_random_id(id)) return std::nullopt;
  const auto item = TRY(table.get(call, keys::lease(LeaseId(id))));
  if (!item) return std::nullopt;
  Lease lease = lease_from(*item);
  if (lease.link != link.id || lease.state == Lease::State::returned || lease.until <= call.now) return std::nullopt;
  return lease;
}

Transaction take_lease(const Lease& lease, const Link& link) {
  Item item{keys::lease(lease.id), {}};
  item.set("id", lease.id.str());
  item.set("link", lease.link.str());
  item.set("entry", lease.entry.str());
  item.set("size", lease.size);
  item.set("bytes", lease.bytes);
  item.set("state", std::string(kOut));
  item.set("until", to_millis(lease.until));
  item.set(kTimeToLive, to_millis(lease.until) / 1000 + 1);
  keys::index_due(item, lease.until);
  Update take = change_left(link.id, -1, Condition::equals("version", link.version).and_at_least("left", 1));
  take.add.emplace("opened", 1);
  return {std::move(take), Put{std::move(item), Condition::absent()}};
}

Transaction settle_lease(const Lease& lease, const Link& link, std::int64_t bytes, bool whole) {
  const std::int64_t sent = lease.bytes + bytes;
  const bool served = whole || sent >= lease.size;
  const bool forgiven = !served && (bytes == 0 || link.wasted + bytes <= lease.size / 2);
  Lease::State after = lease.state;
  std::int64_t back = 0;
  if (lease.state == Lease::State::out && (served || forgiven)) {
    after = served ? Lease::State::spent : Lease::State::returned;
    back = served ? 0 : 1;
  } else if (lease.state == Lease::State::returned && !forgiven) {
    // The rest came after all, under the address that was signed before.
    after = Lease::State::spent;
    back = -1;
  }
  Transaction transaction;
  if (back != 0 || (forgiven && bytes > 0)) {
    Update change = change_left(link.id, back, Condition::equals("wasted", link.wasted));
    change.add.emplace("wasted", forgiven ? bytes : 0);
    transaction.emplace_back(std::move(change));
  }
  Update update{.key = keys::lease(lease.id), .condition = Condition::equals("state", std::string(to_string(lease.state)))};
  update.condition.and_equals("bytes", lease.bytes);
  update.set.emplace("state", std::string(to_string(after)));
  update.set.emplace("bytes", sent);
  transaction.emplace_back(std::move(update));
  return transaction;
}

}  // namespace satchel
