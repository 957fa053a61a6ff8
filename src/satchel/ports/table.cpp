// SPDX-License-Identifier: Apache-2.0
#include "satchel/ports/table.hpp"

#include <algorithm>
#include <set>

namespace satchel {
namespace {

constexpr std::size_t kMostOperations = 100;
constexpr std::size_t kLargestItem = 400 * 1000;
constexpr std::size_t kLargestTransaction = 4 * 1000 * 1000;
constexpr std::size_t kLongestPartition = 2048, kLongestSort = 1024;

std::size_t size_of(const Value& value) {
  const auto* text = std::get_if<std::string>(&value);
  return text ? text->size() : 8;
}

template <class Map>
std::size_t size_of_all(const Map& attributes) {
  std::size_t size = 0;
  for (const auto& [name, value] : attributes) size += name.size() + size_of(Value(value));
  return size;
}

/// DynamoDB's rules for attributes that make index entries, and its two key names, which no attribute may take.
Result<void> check_attribute(std::string_view name, const Value& value) {
  if (name.empty() || name == "pk" || name == "sk") return fail(ErrorCode::invalid, "An attribute needs a name of its own.");
  const bool partition = name == kGsi1Partition || name == kGsi2Partition;
  if (!partition && name != kGsi1Sort && name != kGsi2Sort) return {};
  const auto* text = std::get_if<std::string>(&value);
  if (!text || text->empty() || text->size() > (partition ? kLongestPartition : kLongestSort)) {
    return fail(ErrorCode::invalid, "An index key is no text, empty or too long.", std::string(name));
  }
  return {};
}

template <class Map>
Result<void> check_attributes(const Map& attributes) {
  for (const auto& [name, value] : attributes) TRY(check_attribute(name, Value(value)));
  return {};
}

Result<void> check_update(const Update& update) {
  TRY(check_attributes(update.set));
  TRY(check_attributes(update.add));
  std::set<std::string_view> seen;
  for (const auto& [name, value] : update.set) seen.insert(name);
  for (const auto& [name, value] : update.add) seen.insert(name);
  for (const std::string& name : update.remove) seen.insert(name);
  if (seen.size() != update.set.size() + update.add.size() + update.remove.size()) {
    return fail(ErrorCode::invalid, "An update names an attribute twice.", update.key.partition);
  }
  return {};
}

std::size_t size_of(const Operation& operation) {
  std::size_t size = key_of(operation).partition.size() + key_of(operation).sort.size();
  if (const auto* put = std::get_if<Put>(&operation)) size += size_of_all(put->item.attributes);
  if (const auto* update = std::get_if<Update>(&operation)) size += size_of_all(update->set) + size_of_all(update->add);
  return size;
}

}  // namespace

const Key& key_of(const Operation& operation) {
  struct {
    const Key& operator()(const Put& put) const { return put.item.key; }
    const Key& operator()(const Update& update) const { return update.key; }
    const Key& operator()(const Delete& erase) const { return erase.key; }
    const Key& operator()(const Check& check) const { return check.key; }
  } visitor;
  return std::visit(visitor, operation);
}

const Condition& condition_of(const Operation& operation) {
  return std::visit([](const auto& any) -> const Condition& { return any.condition; }, operation);
}

Result<void> check_transaction(const Transaction& transaction) {
  if (transaction.empty() || transaction.size() > kMostOperations) {
    return fail(ErrorCode::invalid, "A transaction has 1 to 100 operations.");
  }
  std::set<Key> seen;
  std::size_t total = 0;
  for (const Operation& operation : transaction) {
    const Key& key = key_of(operation);
    if (key.partition.empty() || key.sort.empty() || key.partition.size() > kLongestPartition || key.sort.size() > kLongestSort) {
      return fail(ErrorCode::invalid, "A key is empty or too long.");
    }
    if (!seen.insert(key).second) return fail(ErrorCode::invalid, "A transaction touches an item twice.", key.partition);
    if (const auto* put = std::get_if<Put>(&operation)) TRY(check_attributes(put->item.attributes));
    if (const auto* update = std::get_if<Update>(&operation)) TRY(check_update(*update));
    const std::size_t size = size_of(operation);
    if (size > kLargestItem) return fail(ErrorCode::too_large, "An item is larger than 400 KB.", key.partition);
    total += size;
  }
  if (total > kLargestTransaction) return fail(ErrorCode::too_large, "A transaction is larger than 4 MB.");
  return {};
}

std::size_t item_size(const Item& item) {
  return item.key.partition.size() + item.key.sort.size() + size_of_all(item.attributes);
}

Result<void> check_item(const Item& item) {
  if (item_size(item) > kLargestItem) {
    return fail(ErrorCode::too_large, "An item is larger than 400 KB.", item.key.partition);
  }
  return {};
}

Result<void> check_query(const Query& query) {
  if (query.partition.empty()) return fail(ErrorCode::invalid, "A query names its partition.");
  if (query.limit < 1 || query.limit > 1000) return fail(ErrorCode::invalid, "A page has 1 to 1000 items.");
  return {};
}

Result<WriteOutcome> TableWriter::write(const Call& call, const Transaction& transaction) {
  for (const Operation& operation : transaction) {
    const auto family = family_of(key_of(operation).partition);
    if (!family || std::ranges::find(families_, *family) == families_.end()) {
      return fail(ErrorCode::internal, "Something went wrong on our side.", "write outside the function's families: " + key_of(operation).partition);
    }
  }
  return table_->write(call, transaction);
}

}  // namespace satchel
