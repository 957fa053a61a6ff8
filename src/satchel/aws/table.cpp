// SPDX-License-Identifier: Apache-2.0
#include "satchel/aws/table.hpp"

#include <fmt/format.h>

#include <map>
#include <utility>

#include "satchel/dynamodb/json.hpp"
#include "satchel/ports/table_rules.hpp"

namespace satchel::aws {
namespace {

using namespace dynamodb;

// Sorts behind every continuation of a prefix and is well-formed UTF-8, which the first byte behind it need not be.
constexpr std::string_view kLastCharacter = "\xF4\x8F\xBF\xBF";

/// DynamoDB takes one condition on the sort key, so a range may come back with its exclusive end: the caller drops that.
std::string sort_condition(const Query& query, Placeholders& placeholders) {
  const std::string name = placeholders.name(sort_name(query.index));
  const SortRange range = sort_range(query);
  if (!query.prefix.empty() && query.from.empty() && query.until.empty()) return fmt::format("begins_with({}, {})", name, placeholders.value(query.prefix));
  std::optional<std::string> end = range.end;
  if (end && query.until != *end) end = query.prefix + std::string(kLastCharacter);
  if (!range.first.empty() && end) {
    const std::string first = placeholders.value(range.first);
    return fmt::format("{} BETWEEN {} AND {}", name, first, placeholders.value(*end));
  }
  if (end) return fmt::format("{} < {}", name, placeholders.value(*end));
  return fmt::format("{} >= {}", name, placeholders.value(range.first));
}

Json query_json(const Query& query, const std::string& table, const Json& start) {
  Placeholders placeholders;
  const std::string partition = placeholders.name(partition_name(query.index));
  std::string keys = fmt::format("{} = {}", partition, placeholders.value(query.partition));
  if (!query.prefix.empty() || !query.from.empty() || !query.until.empty()) keys += " AND " + sort_condition(query, placeholders);
  Json body = Json::object({{"TableName", table}, {"KeyConditionExpression", keys}, {"ScanIndexForward", query.forward}, {"Limit", query.limit}});
  if (query.index == Index::base) {
    body.set("ConsistentRead", true);
  } else {
    body.set("IndexName", index_name(query.index));
  }
  if (!start.is_null()) body.set("ExclusiveStartKey", start);
  placeholders.add_to(body);
  return body;
}

bool within(const SortRange& range, const std::string& sort) { return sort >= range.first && (!range.end || sort < *range.end); }

/// What a cancelled transaction came to: the first condition that failed, or the error that stands for the reasons.
Result<WriteOutcome> judge(const Error& error) {
  const auto document = Json::parse(error.detail);
  const Json* reasons = document ? document->find("CancellationReasons") : nullptr;
  const auto* list = reasons ? reasons->as<Json::Array>() : nullptr;
  if (error.type != "TransactionCanceledException" || !list) return std::unexpected(error);
  for (std::size_t i = 0; i < list->size(); ++i) {
    const Json* code = (*list)[i].find("Code");
    const auto* text = code ? code->as<std::string>() : nullptr;
    if (!text || *text == "None") continue;
    if (*text == "ConditionalCheckFailed") return WriteOutcome{.failed = i};
    if (*text == "TransactionConflict") return fail(ErrorCode::conflict, "Somebody else is changing this. Try again.", error.detail);
    if (*text == "ThrottlingError" || *text == "ProvisionedThroughputExceeded") return fail(ErrorCode::too_many, "The table is busy. Try again later.", error.detail);
    const bool large = error.detail.find("size has exceeded") != std::string::npos || error.detail.find("exceeded the maximum") != std::string::npos;
    return fail(large ? ErrorCode::too_large : ErrorCode::invalid, "The table refused the change.", error.detail);
  }
  return std::unexpected(error);
}

class DynamoDbTable final : public Table {
 public:
  DynamoDbTable(DynamoDbOptions options, Clock& clock, Random& random) : client_(std::move(options), clock), random_(random) {}

  Result<std::optional<Item>> get(const Call& call, const Key& key) const override {
    const Json answer = TRY(client_.call("GetItem", Json::object({{"TableName", client_.table()}, {"Key", key_json(key)}, {"ConsistentRead", true}}), call.deadline));
    const Json* item = answer.find("Item");
    if (!item || item->is_null()) return std::optional<Item>();
    return std::optional<Item>(TRY(item_from(*item)));
  }

  Result<std::vector<std::optional<Item>>> batch_get(const Call& call, const std::vector<Key>& keys) const override {
    TRY(check_keys(keys));
    std::map<Key, std::optional<Item>> found;
    for (const Key& key : keys) found.emplace(key, std::nullopt);
    Json wanted = Json::array();
    for (const auto& [key, item] : found) wanted.push(key_json(key));
    // The service may leave keys for another call, where the answer would grow over 16 MB.
    while (!wanted.as<Json::Array>()->empty()) {
      const Json tables = Json::object({{client_.table(), Json::object({{"Keys", std::move(wanted)}, {"ConsistentRead", true}})}});
      const Json answer = TRY(client_.call("BatchGetItem", Json::object({{"RequestItems", tables}}), call.deadline));
      for (const Json& json : member(answer, "Responses", {})) {
        Item item = TRY(item_from(json));
        const Key key = item.key;
        found[key] = std::move(item);
      }
      wanted = Json(member(answer, "UnprocessedKeys", "Keys"));
    }
    std::vector<std::optional<Item>> items;
    items.reserve(keys.size());
    for (const Key& key : keys) items.push_back(found[key]);
    return items;
  }

  Result<Page> query(const Call& call, const Query& query) const override {
    TRY(check_query(query));
    Json start;
    if (!query.cursor.empty()) start = TRY(Json::parse(TRY(position_of(query))));
    const SortRange range = sort_range(query);
    if (range.empty()) return Page{};
    const Json answer = TRY(client_.call("Query", query_json(query, client_.table(), start), call.deadline));
    Page page;
    const Json* items = answer.find("Items");
    for (const Json& json : items && items->as<Json::Array>() ? *items->as<Json::Array>() : Json::Array()) {
      Item item = TRY(item_from(json));
      if (within(range, query.index == Index::base ? item.key.sort : item.text(sort_name(query.index)))) page.items.push_back(std::move(item));
    }
    const Json* last = answer.find("LastEvaluatedKey");
    if (last && !last->is_null()) page.cursor = make_cursor(query, last->text());
    return page;
  }

  Result<WriteOutcome> write(const Call& call, const Transaction& transaction) override {
    TRY(check_transaction(transaction));
    Json operations = Json::array();
    for (const Operation& operation : transaction) operations.push(transact_item(operation, client_.table()));
    // With the token a repeated call of the transport has one effect.
    const auto answer = client_.call("TransactWriteItems", Json::object({{"TransactItems", std::move(operations)}, {"ClientRequestToken", random_id(random_)}}), call.deadline);
    return answer ? Result<WriteOutcome>(WriteOutcome{}) : judge(answer.error());
  }

 private:
  /// answer[name][table], or its member `inner`.
  Json::Array member(const Json& answer, std::string_view name, std::string_view inner) const {
    const Json* all = answer.find(name);
    const Json* ours = all ? all->find(client_.table()) : nullptr;
    const Json* list = ours && !inner.empty() ? ours->find(inner) : ours;
    return list && list->as<Json::Array>() ? *list->as<Json::Array>() : Json::Array();
  }

  mutable DynamoDbClient client_;
  Random& random_;
};

}  // namespace

std::unique_ptr<Table> dynamodb_table(DynamoDbOptions options, Clock& clock, Random& random) {
  return std::make_unique<DynamoDbTable>(std::move(options), clock, random);
}

}  // namespace satchel::aws
