// SPDX-License-Identifier: Apache-2.0
#include "satchel/ports/table_rules.hpp"

#include <algorithm>
#include <utility>

#include "satchel/base/crypto.hpp"
#include "satchel/base/encoding.hpp"

namespace satchel {
namespace {

constexpr std::size_t kBinding = 12;  // bytes of the query's hash in its cursors
constexpr std::size_t kMostKeys = 100;

struct Holds {
  const Item* item;

  bool operator()(const Condition::Exists&) const { return item != nullptr; }
  bool operator()(const Condition::Absent&) const { return item == nullptr; }
  bool operator()(const Condition::Equals& clause) const {
    if (!item) return false;
    const auto found = item->attributes.find(clause.attribute);
    return found != item->attributes.end() && found->second == clause.value;
  }
  bool operator()(const Condition::AtLeast& clause) const {
    if (!item) return false;
    const auto found = item->attributes.find(clause.attribute);
    if (found == item->attributes.end()) return false;
    const auto* number = std::get_if<std::int64_t>(&found->second);
    return number && *number >= clause.number;
  }
};

Result<void> add_to(Item& item, const std::string& name, std::int64_t amount) {
  Value& value = item.attributes.try_emplace(name, std::int64_t{0}).first->second;
  auto* number = std::get_if<std::int64_t>(&value);
  if (!number || __builtin_add_overflow(*number, amount, number)) {
    return fail(ErrorCode::invalid, "An addition met something that is no number, or grew too large.", name);
  }
  return {};
}

struct Apply {
  const Item* before;
  using Outcome = Result<std::optional<Item>>;

  Outcome operator()(const Put& put) const { return std::optional(put.item); }
  Outcome operator()(const Delete&) const { return std::optional<Item>(); }
  Outcome operator()(const Check&) const { return before ? std::optional(*before) : std::nullopt; }
  Outcome operator()(const Update& update) const {
    Item item = before ? *before : Item{update.key, {}};
    for (const auto& [name, value] : update.set) item.set(name, value);
    for (const auto& [name, amount] : update.add) TRY(add_to(item, name, amount));
    for (const std::string& name : update.remove) item.attributes.erase(name);
    TRY(check_item(item));
    return std::optional(std::move(item));
  }
};

/// What makes two queries the same list: everything but how much of it is read at once.
std::string binding_of(const Query& query) {
  std::string all;
  for (const std::string& part : {std::to_string(static_cast<int>(query.index)), query.partition, query.prefix, query.from,
                                  query.until, std::string(query.forward ? "f" : "b")}) {
    all += std::to_string(part.size()) + ':' + part;
  }
  return sha256(all).substr(0, kBinding);
}

}  // namespace

bool holds(const Condition& condition, const Item* item) {
  return std::ranges::all_of(condition.clauses, [&](const auto& clause) { return std::visit(Holds{item}, clause); });
}

Result<std::optional<Item>> apply(const Operation& operation, const Item* before) {
  return std::visit(Apply{before}, operation);
}

std::optional<Key> place_in(Index index, const Item& item) {
  if (index == Index::base) return item.key;
  const bool first = index == Index::gsi1;
  Key place{item.text(first ? kGsi1Partition : kGsi2Partition), item.text(first ? kGsi1Sort : kGsi2Sort)};
  if (place.partition.empty() || place.sort.empty()) return std::nullopt;
  return place;
}

std::optional<std::string> behind_prefix(std::string_view prefix) {
  std::string end(prefix);
  while (!end.empty() && end.back() == '\xFF') end.pop_back();
  if (end.empty()) return std::nullopt;
  end.back() = static_cast<char>(static_cast<unsigned char>(end.back()) + 1);
  return end;
}

SortRange sort_range(const Query& query) {
  SortRange range{std::max(query.prefix, query.from), behind_prefix(query.prefix)};
  if (!query.until.empty() && (!range.end || query.until < *range.end)) range.end = query.until;
  return range;
}

std::string make_cursor(const Query& query, std::string_view position) {
  return to_base64url(binding_of(query).append(position));
}

Result<std::string> position_of(const Query& query) {
  const auto bytes = from_base64url(query.cursor);
  if (!bytes || bytes->size() < kBinding || !bytes->starts_with(binding_of(query))) {
    return fail(ErrorCode::invalid, "This cursor belongs to another list. Start again from the first page.");
  }
  return bytes->substr(kBinding);
}

Result<void> check_keys(const std::vector<Key>& keys) {
  if (keys.size() > kMostKeys) return fail(ErrorCode::invalid, "At most 100 items are read at once.");
  return {};
}

}  // namespace satchel
