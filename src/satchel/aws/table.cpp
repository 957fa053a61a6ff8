// SPDX-License-Identifier: Apache-2.0
#include "satchel/aws/table.hpp"

#include <fmt/format.h>

#include <map>
#include <utility>

#include "satchel/base/retry.hpp"
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

/// An error that passes by itself comes from a port without a type; with one it would be a function's last word.
Error of_port(Error error) {
  if (!is_retryable(error.code) || error.type.empty()) return error;
  error.detail = fmt::format("{}: {}", std::exchange(error.type, {}), error.detail);
  return error;
}

bool is_under_way(const Error& error) { return error.type == kTransactionInProgress; }

class DynamoDbTable final : public Table {
 public:
  DynamoDbTable(DynamoDbOptions options, Clock& clock, Random& random) : client_(std::move(options), clock), clock_(clock), random_(random) {}

  Result<std::optional<Item>> get(const Call& call, const Key& key) const override {
    const Json answer = TRY(asked("GetItem", Json::object({{"TableName", client_.table()}, {"Key", key_json(key)}, {"ConsistentRead", true}}), call.deadline));
    const Json* item = answer.find("Item");
    if (!item || item->is_null()) return std::optional<Item>();
    return std::optional<Item>(TRY(item_from(*item)));
  }

  Result<std::vector<std::optional<Item>>> batch_get(const Call& call, const std::vector<Key>& keys) const override {
    TRY(check_keys(keys));
    std::map<Key, std::optional<Item>> found;
    for (const Key& key : keys) found.emplace(key, std::nullopt);
    Json::Array wanted;
    for (const auto& [key, item] : found) wanted.push_back(key_json(key));
    while (!wanted.empty()) {
      // What is left comes at once where the answer would have grown over 16 MB, and later where the table is busy and gave nothing.
      const auto some = retry(kPatient, call.deadline, clock_, random_, [&] { return fetch(call, wanted, found); }, passes);
      if (!some) return std::unexpected(of_port(some.error()));
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
    const Json answer = TRY(asked("Query", query_json(query, client_.table(), start), call.deadline));
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
    // With the token all attempts have one effect, whichever of them arrived.
    const Json body = Json::object({{"TransactItems", std::move(operations)}, {"ClientRequestToken", random_id(random_)}});
    const auto attempted = [&]() -> Result<WriteOutcome> {
      const auto answer = client_.once("TransactWriteItems", body, call.deadline);
      return answer ? Result<WriteOutcome>(WriteOutcome{}) : judge(answer.error());
    };
    const auto settled = [&] { return retry(kPatient, call.deadline, clock_, random_, attempted, [](const Error& error) { return passes(error) && !is_under_way(error); }); };
    auto outcome = retry(kUntilSettled, call.deadline, clock_, random_, settled, is_under_way);
    if (!outcome) return std::unexpected(of_port(std::move(outcome).error()));
    return outcome;
  }

 private:
  static constexpr RetryPolicy kPatient{.attempts = 6, .first_delay = Duration{25}};
  // An attempt five seconds after the first has DynamoDB bring a transaction to its end that got stuck.
  static constexpr RetryPolicy kUntilSettled{.attempts = 16, .first_delay = Duration{25}};

  Result<Json> asked(std::string_view operation, const Json& body, Time deadline) const {
    auto answer = client_.call(operation, body, deadline);
    if (!answer) return std::unexpected(of_port(std::move(answer).error()));
    return answer;
  }

  /// Moves what comes from `wanted` to `found`. Error: too_many, where nothing came.
  Result<void> fetch(const Call& call, Json::Array& wanted, std::map<Key, std::optional<Item>>& found) const {
    const Json tables = Json::object({{client_.table(), Json::object({{"Keys", wanted}, {"ConsistentRead", true}})}});
    const Json answer = TRY(client_.once("BatchGetItem", Json::object({{"RequestItems", tables}}), call.deadline));
    const Json::Array came = member(answer, "Responses", {});
    for (const Json& json : came) {
      Item item = TRY(item_from(json));
      const Key key = item.key;
      found[key] = std::move(item);
    }
    const std::size_t before = wanted.size();
    wanted = member(answer, "UnprocessedKeys", "Keys");
    if (wanted.size() >= before) return fail(ErrorCode::too_many, "The table is busy. Try again later.");
    return {};
  }

  /// answer[name][table], or its member `inner`.
  Json::Array member(const Json& answer, std::string_view name, std::string_view inner) const {
    const Json* all = answer.find(name);
    const Json* ours = all ? all->find(client_.table()) : nullptr;
    const Json* list = ours && !inner.empty() ? ours->find(inner) : ours;
    return list && list->as<Json::Array>() ? *list->as<Json::Array>() : Json::Array();
  }

  DynamoDbClient client_;
  Clock& clock_;
  Random& random_;
};

}  // namespace

std::unique_ptr<Table> dynamodb_table(DynamoDbOptions options, Clock& clock, Random& random) {
  return std::make_unique<DynamoDbTable>(std::move(options), clock, random);
}

}  // namespace satchel::aws
