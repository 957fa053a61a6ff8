// SPDX-License-Identifier: Apache-2.0
#include "satchel/memory/table.hpp"

#include <array>
#include <cstring>
#include <deque>
#include <map>
#include <mutex>
#include <utility>

#include "satchel/memory/random.hpp"
#include "satchel/ports/table_rules.hpp"

namespace satchel {
namespace {

constexpr std::array kSecondary = {Index::gsi1, Index::gsi2};

/// Where a row stands in an index, and whose it is: an index may hold several items under one place.
struct Position {
  Key place;
  Key base;
  auto operator<=>(const Position&) const = default;
};
using Rows = std::map<Position, Item>;

/// An item before and after a write, on its way into the indexes.
struct Change {
  Key key;
  std::optional<Item> before, after;
};

std::string to_text(const Position& position) {
  std::string text;
  for (const std::string* part : {&position.place.sort, &position.base.partition, &position.base.sort}) {
    text += std::to_string(part->size()) + ':' + *part;
  }
  return text;
}

std::optional<Position> from_text(const std::string& partition, std::string_view text) {
  Position position{{partition, ""}, {}};
  for (std::string* part : {&position.place.sort, &position.base.partition, &position.base.sort}) {
    std::size_t size = 0;
    while (!text.empty() && text.front() >= '0' && text.front() <= '9' && size < 10'000) {
      size = size * 10 + static_cast<std::size_t>(text.front() - '0');
      text.remove_prefix(1);
    }
    if (!text.starts_with(':') || text.size() - 1 < size) return std::nullopt;
    *part = text.substr(1, size);
    text.remove_prefix(1 + size);
  }
  return position;
}

class TableInMemory final : public MemoryTable {
 public:
  explicit TableInMemory(std::optional<Adversity> adversity)
      : adversity_(adversity), random_(adversity ? adversity->seed : 0) {}

  Result<std::optional<Item>> get(const Call&, const Key& key) const override {
    const std::scoped_lock lock(mutex_);
    const Item* item = find(key);
    return item ? std::optional(*item) : std::nullopt;
  }

  Result<std::vector<std::optional<Item>>> batch_get(const Call&, const std::vector<Key>& keys) const override {
    TRY(check_keys(keys));
    const std::scoped_lock lock(mutex_);
    std::vector<std::optional<Item>> items;
    for (const Key& key : keys) {
      const Item* item = find(key);
      items.push_back(item ? std::optional(*item) : std::nullopt);
    }
    return items;
  }

  Result<Page> query(const Call&, const Query& query) const override;
  Result<WriteOutcome> write(const Call&, const Transaction& transaction) override;

  void settle() override {
    const std::scoped_lock lock(mutex_);
    while (!pending_.empty()) apply_pending(0);
  }
  void be_kind() override {
    settle();
    const std::scoped_lock lock(mutex_);
    adversity_.reset();
  }
  std::vector<Item> items() const override {
    const std::scoped_lock lock(mutex_);
    std::vector<Item> all;
    for (const auto& [position, item] : rows(Index::base)) all.push_back(item);
    return all;
  }

 private:
  Rows& rows(Index index) const { return rows_[static_cast<std::size_t>(index)]; }
  const Item* find(const Key& key) const {
    const auto found = rows(Index::base).find({key, key});
    return found == rows(Index::base).end() ? nullptr : &found->second;
  }
  bool unkind(int Adversity::*percent) const { return adversity_ && random_.chance((*adversity_).*percent); }
  void catch_up_somewhat() const;
  void apply_pending(std::size_t which) const;
  void commit(Change change);

  mutable std::mutex mutex_;
  std::optional<Adversity> adversity_;
  mutable SeededRandom random_;
  mutable std::array<Rows, 3> rows_;
  mutable std::deque<Change> pending_;  // written, not yet in the secondary indexes
};

/// Writes reach an index in no order but that of one item's own, as in DynamoDB.
void TableInMemory::apply_pending(std::size_t which) const {
  auto change = pending_.begin();
  while (change->key != pending_[which].key) ++change;
  for (const Index index : kSecondary) {
    if (const auto place = change->before ? place_in(index, *change->before) : std::nullopt) rows(index).erase({*place, change->key});
    if (const auto place = change->after ? place_in(index, *change->after) : std::nullopt) {
      rows(index).insert_or_assign({*place, change->key}, *change->after);
    }
  }
  pending_.erase(change);
}

/// An index is at most 64 writes behind.
void TableInMemory::catch_up_somewhat() const {
  while (pending_.size() > 64) apply_pending(0);
  std::size_t count = unkind(&Adversity::stale_index) ? random_below(random_, pending_.size() + 1) : pending_.size();
  for (; count > 0; --count) apply_pending(random_below(random_, pending_.size()));
}

Result<Page> TableInMemory::query(const Call&, const Query& query) const {
  TRY(check_query(query));
  std::string position;
  if (!query.cursor.empty()) position = TRY(position_of(query));
  std::optional<Position> after;
  if (!position.empty()) {
    after = from_text(query.partition, position);
    if (!after) return fail(ErrorCode::invalid, "This cursor is damaged. Start again from the first page.");
  }
  const SortRange range = sort_range(query);
  Page page;
  if (range.empty()) return page;

  const std::scoped_lock lock(mutex_);
  if (query.index != Index::base) catch_up_somewhat();
  const Rows& from = rows(query.index);
  const Position lowest{{query.partition, range.first}, {}};
  const Position behind = range.end ? Position{{query.partition, *range.end}, {}} : Position{{query.partition + '\0', ""}, {}};
  if (after && (*after < lowest || *after >= behind)) return fail(ErrorCode::invalid, "This cursor is damaged. Start again from the first page.");
  auto first = after && query.forward ? from.upper_bound(*after) : from.lower_bound(lowest);
  auto end = from.lower_bound(after && !query.forward ? *after : behind);

  auto most = static_cast<std::size_t>(query.limit);
  const bool early = unkind(&Adversity::short_page);
  if (early) most = random_below(random_, most + 1);
  while (first != end && page.items.size() < most) {
    const auto row = query.forward ? first++ : --end;
    page.items.push_back(row->second);
    position = to_text(row->first);
  }
  if (first != end || early) page.cursor = make_cursor(query, position);
  return page;
}

void TableInMemory::commit(Change change) {
  if (change.after) {
    rows(Index::base).insert_or_assign({change.key, change.key}, *change.after);
  } else {
    rows(Index::base).erase({change.key, change.key});
  }
  pending_.push_back(std::move(change));
}

Result<WriteOutcome> TableInMemory::write(const Call&, const Transaction& transaction) {
  TRY(check_transaction(transaction));
  const std::scoped_lock lock(mutex_);
  if (unkind(&Adversity::conflict)) return fail(ErrorCode::conflict, "Somebody else is changing this. Try again.");
  const bool unknown = unkind(&Adversity::unknown);
  const auto no_answer = fail(ErrorCode::unavailable, "The table does not answer. Try again.");
  if (unknown && random_.chance(50)) return no_answer;

  std::vector<Change> changes;
  for (std::size_t i = 0; i < transaction.size(); ++i) {
    const Item* before = find(key_of(transaction[i]));
    if (!holds(condition_of(transaction[i]), before)) return WriteOutcome{i};
    if (std::holds_alternative<Check>(transaction[i])) continue;
    auto after = TRY(apply(transaction[i], before));
    changes.push_back({key_of(transaction[i]), before ? std::optional(*before) : std::nullopt, std::move(after)});
  }
  for (Change& change : changes) commit(std::move(change));
  if (!adversity_) {
    while (!pending_.empty()) apply_pending(0);
  }
  if (unknown) return no_answer;
  return WriteOutcome{};
}

}  // namespace

std::unique_ptr<MemoryTable> memory_table() { return std::make_unique<TableInMemory>(std::nullopt); }
std::unique_ptr<MemoryTable> memory_table(const Adversity& adversity) { return std::make_unique<TableInMemory>(adversity); }

}  // namespace satchel
