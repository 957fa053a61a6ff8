// SPDX-License-Identifier: Apache-2.0
// What the provider does by the clock: tends the signing keys, and deletes sessions, families, codes, tickets and counters whose time is
// over. Nothing waits for the sweep: each is judged at use.
#include <algorithm>

#include "satchel/identity/makers.hpp"
#include "satchel/identity/signing_keys.hpp"
#include "satchel/identity/writing.hpp"
#include "satchel/model/keys.hpp"

namespace satchel::identity {
namespace {

class TendSigningKeys final : public Function {
 public:
  explicit TendSigningKeys(const Wiring& wiring) : keys_(wiring.reader(), wiring.vault()), writer_(wiring.writer()) {}
  Result<void> on_schedule(const Context& context) override { return keys_.tend(context.call, writer_, context.random); }

 private:
  SigningKeys keys_;
  TableWriter writer_;
};

constexpr Duration kHour = std::chrono::hours{1};
constexpr Duration kFirstLook = kHour * 48;         // before the first run of a new installation there was nothing
constexpr Duration kLongestLook = kHour * 24 * 45;  // after a long stop: longer than anything lives
constexpr Duration kToRemember = std::chrono::seconds{2};
constexpr std::string_view kCursor = "identity-sweep";

bool is_ours(const Item& item) {
  const auto family = family_of(item.key.partition);
  constexpr Family kOurs[] = {Family::session, Family::refresh, Family::code, Family::invitation, Family::rate};
  return family && std::ranges::find(kOurs, *family) != std::end(kOurs);
}

class Sweep final : public Function {
 public:
  explicit Sweep(const Wiring& wiring) : reader_(&wiring.reader()), writer_(wiring.writer()) {}

  /// Hour by hour; where its time is over, the next run goes on from the hour it had come to.
  Result<void> on_schedule(const Context& context) override {
    const Key cursor = keys::cursor(kCursor, 0);
    const auto item = TRY(reader_->get(context.call, cursor));
    const Time last = std::chrono::floor<std::chrono::hours>(context.call.now);
    Time hour = item ? std::max(from_millis(item->number("hour")), last - kLongestLook) : last - kFirstLook;
    for (; hour < last && has_time(context); hour += kHour) {
      for (int shard = 0; shard < keys::kDueShards; ++shard) TRY(sweep(context.call, hour, shard));
    }
    Item mark{cursor, {}};
    mark.set("hour", to_millis(hour));
    TRY(write_again(writer_, context.call, {Put{std::move(mark), {}}}));
    return {};
  }

 private:
  static bool has_time(const Context& context) {
    const Time now = context.clock ? context.clock->now() : context.call.now;
    return now + kToRemember < context.call.deadline;
  }

  Result<void> sweep(const Call& call, Time hour, int shard) {
    Query query{.index = Index::gsi2, .partition = keys::due_partition(hour, shard)};
    do {
      const Page page = TRY(reader_->query(call, query));
      for (const Item& item : page.items) {
        if (!is_ours(item)) continue;
        // The index may lag: what was given a later end meanwhile stays.
        const auto condition = Condition::equals(std::string(kGsi2Sort), item.text(kGsi2Sort));
        TRY(write_again(writer_, call, {Delete{item.key, condition}}));
      }
      query.cursor = page.cursor;
    } while (!query.cursor.empty());
    return {};
  }

  const TableReader* reader_;
  TableWriter writer_;
};

}  // namespace

namespace make {
Made tend_signing_keys(const Wiring& wiring) { return std::make_unique<TendSigningKeys>(wiring); }
Made sweep(const Wiring& wiring) { return std::make_unique<Sweep>(wiring); }
}  // namespace make

}  // namespace satchel::identity
