// SPDX-License-Identifier: Apache-2.0
#include "satchel/dynamodb/requests.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <initializer_list>
#include <optional>
#include <set>
#include <utility>

#include "satchel/dynamodb/expression.hpp"
#include "satchel/dynamodb/json.hpp"

namespace satchel::dynamodb {
namespace {

constexpr std::size_t kLongestToken = 36;
constexpr std::size_t kMostKeys = 100;
constexpr std::string_view kCursor = "cursor";

std::unexpected<Error> refuse(std::string sentence) { return fail(ErrorCode::invalid, std::move(sentence), {}, "ValidationException"); }

using Names = std::initializer_list<std::string_view>;

/// An object with no other members than these.
Result<void> check_members(const Json& value, std::string_view where, Names known) {
  const auto* members = value.as<Json::Object>();
  if (!members) return refuse(fmt::format("{} must be an object.", where));
  for (const auto& [name, member] : *members) {
    if (std::ranges::find(known, name) == known.end()) return refuse(fmt::format("{} has the member {}, which is not taken here.", where, name));
  }
  return {};
}

/// Empty where the member is absent.
template <class T>
Result<std::optional<T>> optional_member(const Json& value, std::string_view name) {
  const Json* member = value.find(name);
  if (!member) return std::optional<T>();
  const T* held = member->as<T>();
  if (!held) return refuse(fmt::format("{} has the wrong type.", name));
  return std::optional<T>(*held);
}

template <class T>
Result<T> member_of(const Json& value, std::string_view name) {
  auto found = TRY(optional_member<T>(value, name));
  if (!found) return refuse(fmt::format("{} is missing.", name));
  return *std::move(found);
}

Result<void> check_table(const Json& body, std::string_view table) {
  const std::string name = TRY(member_of<std::string>(body, "TableName"));
  if (name == table) return {};
  return fail(ErrorCode::invalid, fmt::format("Requested resource not found: Table: {} not found.", name), {}, "ResourceNotFoundException");
}

Result<std::string> key_text(const Json& key, std::string_view name) {
  const Json* attribute = key.find(name);
  const Json* text = attribute ? attribute->find("S") : nullptr;
  const auto* held = text ? text->as<std::string>() : nullptr;
  if (held && !held->empty() && attribute->as<Json::Object>()->size() == 1) return *held;
  return refuse(fmt::format("The provided key element does not match the schema: {} must be a text that is not empty.", name));
}

Result<Key> key_from(const Json& json) {
  TRY(check_members(json, "Key", {kPartition, kSort}));
  std::string partition = TRY(key_text(json, kPartition));
  std::string sort = TRY(key_text(json, kSort));
  return Key{std::move(partition), std::move(sort)};
}

Result<Key> key_in(const Json& body) {
  const Json* key = body.find("Key");
  if (!key) return refuse("Key is missing.");
  return key_from(*key);
}

Result<Index> index_in(const Json& body) {
  const auto name = TRY(optional_member<std::string>(body, "IndexName"));
  const bool consistent = TRY(optional_member<bool>(body, "ConsistentRead")).value_or(false);
  if (!name) return Index::base;
  if (consistent) return refuse("Consistent reads are not supported on global secondary indexes.");
  for (const Index index : {Index::gsi1, Index::gsi2}) {
    if (*name == index_name(index)) return index;
  }
  return refuse(fmt::format("The table does not have the specified index: {}.", *name));
}

Result<std::string> cursor_in(const Json& body) {
  const Json* start = body.find("ExclusiveStartKey");
  if (!start) return std::string();
  const Json* cursor = start->find(kCursor);
  const Json* text = cursor ? cursor->find("S") : nullptr;
  const auto* held = text ? text->as<std::string>() : nullptr;
  if (held && !held->empty() && page_end(*held).text() == start->text()) return *held;
  return refuse("The provided starting key is invalid: send the LastEvaluatedKey of the page before as it came.");
}

Result<Condition> condition_in(const Json& body, Substitutes& substitutes) {
  const auto expression = TRY(optional_member<std::string>(body, "ConditionExpression"));
  return expression ? condition_from(*expression, substitutes) : Condition::none();
}

constexpr std::string_view kNames = "ExpressionAttributeNames", kValues = "ExpressionAttributeValues", kCondition = "ConditionExpression";

Result<Operation> read_put(const Json& body) {
  TRY(check_members(body, "Put", {"TableName", "Item", kCondition, kNames, kValues}));
  Substitutes substitutes = TRY(Substitutes::from(body));
  const Json* json = body.find("Item");
  auto item = json ? item_from(*json) : Result<Item>(Item{});
  if (!item) return refuse("Item holds an attribute of a type that is not taken here.");
  if (item->key.partition.empty() || item->key.sort.empty()) return refuse("One of the required keys was not given a value.");
  Condition condition = TRY(condition_in(body, substitutes));
  TRY(substitutes.finish());
  return Put{*std::move(item), std::move(condition)};
}

Result<Operation> read_changes(const Json& body) {
  TRY(check_members(body, "Update", {"TableName", "Key", "UpdateExpression", kCondition, kNames, kValues}));
  Substitutes substitutes = TRY(Substitutes::from(body));
  Update update;
  update.key = TRY(key_in(body));
  const auto expression = TRY(optional_member<std::string>(body, "UpdateExpression"));
  if (expression) TRY(read_update(*expression, substitutes, update));
  update.condition = TRY(condition_in(body, substitutes));
  TRY(substitutes.finish());
  return update;
}

template <class Keyed>
Result<Operation> read_keyed(const Json& body, std::string_view where) {
  TRY(check_members(body, where, {"TableName", "Key", kCondition, kNames, kValues}));
  Substitutes substitutes = TRY(Substitutes::from(body));
  Key key = TRY(key_in(body));
  Condition condition = TRY(condition_in(body, substitutes));
  TRY(substitutes.finish());
  return Keyed{std::move(key), std::move(condition)};
}

Result<Operation> read_operation(const Json& member, std::string_view table) {
  const auto* members = member.as<Json::Object>();
  if (!members || members->size() != 1) return refuse("TransactItems can only contain one of Check, Put, Update or Delete.");
  const auto& [kind, body] = members->front();
  TRY(check_table(body, table));
  if (kind == "Put") return read_put(body);
  if (kind == "Update") return read_changes(body);
  if (kind == "Delete") return read_keyed<Delete>(body, kind);
  if (kind == "ConditionCheck") {
    if (!body.find(kCondition)) return refuse("A ConditionCheck needs a ConditionExpression.");
    return read_keyed<Check>(body, kind);
  }
  return refuse(fmt::format("A transaction has no operation {}.", kind));
}

/// What the port would call by another name than AWS does.
Result<void> check_writing(const Transaction& transaction) {
  const auto checked = check_transaction(transaction);
  if (checked) return {};
  return fail(checked.error().code, checked.error().message, checked.error().detail, "ValidationException");
}

}  // namespace

Result<Key> read_get(const Json& body, std::string_view table) {
  TRY(check_members(body, "The request", {"TableName", "Key", "ConsistentRead"}));
  TRY(check_table(body, table));
  TRY(optional_member<bool>(body, "ConsistentRead"));
  return key_in(body);
}

Result<std::vector<Key>> read_batch_get(const Json& body, std::string_view table) {
  TRY(check_members(body, "The request", {"RequestItems"}));
  const Json::Object tables = TRY(member_of<Json::Object>(body, "RequestItems"));
  if (tables.size() != 1) return refuse("RequestItems must name exactly one table.");
  const auto& [name, asked] = tables.front();
  TRY(check_table(Json::object({{"TableName", name}}), table));
  TRY(check_members(asked, name, {"Keys", "ConsistentRead"}));
  TRY(optional_member<bool>(asked, "ConsistentRead"));
  const Json::Array list = TRY(member_of<Json::Array>(asked, "Keys"));
  if (list.empty() || list.size() > kMostKeys) return refuse("Too many items requested for the BatchGetItem call, or none: 1 to 100 are.");
  std::vector<Key> keys;
  for (const Json& json : list) keys.push_back(TRY(key_from(json)));
  if (std::set<Key>(keys.begin(), keys.end()).size() != keys.size()) return refuse("Provided list of item keys contains duplicates.");
  return keys;
}

Result<Query> read_query(const Json& body, std::string_view table) {
  TRY(check_members(body, "The request",
                    {"TableName", "IndexName", "KeyConditionExpression", kNames, kValues, "ScanIndexForward", "Limit", "ConsistentRead", "ExclusiveStartKey"}));
  TRY(check_table(body, table));
  Query query;
  query.index = TRY(index_in(body));
  Substitutes substitutes = TRY(Substitutes::from(body));
  TRY(read_key_condition(TRY(member_of<std::string>(body, "KeyConditionExpression")), substitutes, query));
  TRY(substitutes.finish());
  query.forward = TRY(optional_member<bool>(body, "ScanIndexForward")).value_or(true);
  const std::int64_t limit = TRY(optional_member<std::int64_t>(body, "Limit")).value_or(1000);
  if (limit < 1 || limit > 1000) return refuse("Limit must lie between 1 and 1000.");
  query.limit = static_cast<int>(limit);
  query.cursor = TRY(cursor_in(body));
  if (const auto checked = check_query(query); !checked) return refuse(checked.error().message);
  return query;
}

Json page_end(const std::string& cursor) { return Json::object({{std::string(kCursor), Json::object({{"S", cursor}})}}); }

Result<Writing> read_transact_write(const Json& body, std::string_view table) {
  TRY(check_members(body, "The request", {"TransactItems", "ClientRequestToken"}));
  Writing writing;
  if (auto token = TRY(optional_member<std::string>(body, "ClientRequestToken"))) {
    if (token->empty() || token->size() > kLongestToken) return refuse("ClientRequestToken must have 1 to 36 characters.");
    writing.token = *std::move(token);
  }
  const Json::Array operations = TRY(member_of<Json::Array>(body, "TransactItems"));
  for (const Json& operation : operations) writing.transaction.push_back(TRY(read_operation(operation, table)));
  TRY(check_writing(writing.transaction));
  return writing;
}

}  // namespace satchel::dynamodb
