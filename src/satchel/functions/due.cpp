// SPDX-License-Identifier: Apache-2.0
#include "satchel/functions/due.hpp"

#include <algorithm>

namespace satchel {
namespace {

constexpr Duration kHour = std::chrono::hours{1};
constexpr Duration kFirstLook = std::chrono::hours{48};  // before the first sweep of a new installation there was nothing
constexpr Duration kLag = std::chrono::hours{1};         // an index may be behind: a bucket is read so much longer
constexpr Duration kBehind = std::chrono::hours{3};      // some runs of the rarest sweep, which is hourly
constexpr int kBucketsARun = 400;
constexpr int kPage = 100;

Time hour_of(Time time) { return std::chrono::floor<std::chrono::hours>(time); }

/// One run of a sweep.
class Run {
 public:
  Run(const Context& context, const TableReader& table, TableWriter& writer, const Sweep& sweep,
      const std::function<Result<void>(const Item&)>& settle)
      : context_(context), table_(table), writer_(writer), sweep_(sweep), settle_(settle) {}

  Result<int> all() {
    // Another one first each time: what cannot be settled in one shard keeps nothing of the others waiting.
    const auto first = static_cast<int>(random_below(context_.random, keys::kDueShards));
    for (int n = 0; n < keys::kDueShards && !is_over(); ++n) TRY(of_shard((first + n) % keys::kDueShards));
    if (oldest_ + kHour + kBehind <= context_.call.now) {
      context_.logger.warn("sweep.behind", {{"sweep", sweep_.name}, {"hours", (context_.call.now - oldest_) / kHour}});
    }
    return settled_;
  }

 private:
  Time now() const { return context_.clock ? context_.clock->now() : context_.call.now; }
  bool is_over() const { return settled_ >= sweep_.most || buckets_ >= kBucketsARun || now() >= context_.call.deadline; }

  Result<void> of_shard(int shard) {
    const Key key = keys::cursor(sweep_.name, shard);
    const auto cursor = TRY(table_.get(context_.call, key));
    const Time begin = cursor ? from_millis(cursor->number("hour")) : hour_of(context_.call.now - kFirstLook);
    Time next = begin;  // the first bucket that is not known to be done with
    for (Time hour = begin; hour <= context_.call.now && !is_over(); hour += kHour) {
      const bool clean = TRY(bucket(hour, shard));
      if (clean && next == hour && hour + kHour + kLag <= context_.call.now) next = hour + kHour;
    }
    if (cursor && next == begin) return {};
    Item item{key, {}};
    item.set("hour", to_millis(next));
    TRY(writer_.write(context_.call, {Put{std::move(item), Condition::none()}}));  // of two runs either may win
    return {};
  }

  /// Whether nothing of the families is left there.
  Result<bool> bucket(Time hour, int shard) {
    ++buckets_;
    bool clean = true;
    Query query{.index = Index::gsi2, .partition = keys::due_partition(hour, shard), .until = keys::due_sort_end(context_.call.now), .limit = kPage};
    do {
      const Page page = TRY(table_.query(context_.call, query));
      for (const Item& item : page.items) {
        const auto family = family_of(item.key.partition);
        if (!family || !sweep_.families.contains(*family)) continue;
        clean = false;  // it may have been settled; the next run sees that
        oldest_ = std::min(oldest_, hour);
        if (is_over()) return false;
        settle(item);
      }
      query.cursor = page.cursor;
    } while (!query.cursor.empty() && !is_over());
    return clean && query.cursor.empty();
  }

  void settle(const Item& item) {
    const Result<void> result = settle_(item);
    ++settled_;
    if (result) return;
    context_.logger.warn("sweep.failed", {{"sweep", sweep_.name}, {"family", prefix(*family_of(item.key.partition))},
                                          {"code", to_string(result.error().code)}, {"detail", result.error().detail}});
  }

  const Context& context_;
  const TableReader& table_;
  TableWriter& writer_;
  const Sweep& sweep_;
  const std::function<Result<void>(const Item&)>& settle_;
  int settled_ = 0, buckets_ = 0;
  Time oldest_ = context_.call.now;  // hour of what was found due
};

}  // namespace

Result<int> sweep_due(const Context& context, const TableReader& table, TableWriter& writer, const Sweep& sweep,
                      const std::function<Result<void>(const Item&)>& settle) {
  return Run(context, table, writer, sweep, settle).all();
}

}  // namespace satchel
