// SPDX-License-Identifier: Apache-2.0
#include "satchel/aws/examine_table.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <utility>

#include "satchel/aws/reach.hpp"
#include "satchel/aws/table.hpp"
#include "satchel/dynamodb/json.hpp"

namespace satchel::aws {
namespace {

using dynamodb::kPartition, dynamodb::kSort;

constexpr std::string_view kAbout = "table";
constexpr Duration kPoll{500};

struct IndexKeys {
  std::string_view name, partition, sort;
};
constexpr std::array<IndexKeys, 2> kIndexes{{{"gsi1", kGsi1Partition, kGsi1Sort}, {"gsi2", kGsi2Partition, kGsi2Sort}}};

Json attribute(std::string_view name) { return Json::object({{"AttributeName", name}, {"AttributeType", "S"}}); }
Json key_schema(std::string_view partition, std::string_view sort) {
  return Json::Array{Json::object({{"AttributeName", partition}, {"KeyType", "HASH"}}), Json::object({{"AttributeName", sort}, {"KeyType", "RANGE"}})};
}

Json table_definition(const std::string& table) {
  Json attributes = Json::Array{attribute(kPartition), attribute(kSort)}, indexes = Json::array();
  for (const IndexKeys& index : kIndexes) {
    attributes.push(attribute(index.partition)).push(attribute(index.sort));
    indexes.push(Json::object({{"IndexName", index.name}, {"KeySchema", key_schema(index.partition, index.sort)}, {"Projection", Json::object({{"ProjectionType", "ALL"}})}}));
  }
  return Json::object({{"TableName", table}, {"BillingMode", "PAY_PER_REQUEST"}, {"AttributeDefinitions", attributes}, {"KeySchema", key_schema(kPartition, kSort)}, {"GlobalSecondaryIndexes", indexes}});
}

const Json* at(const Json& json, std::initializer_list<std::string_view> path) {
  const Json* found = &json;
  for (const std::string_view name : path) found = found ? found->find(name) : nullptr;
  return found;
}
std::string text_at(const Json& json, std::initializer_list<std::string_view> path) {
  const Json* found = at(json, path);
  const auto* text = found ? found->as<std::string>() : nullptr;
  return text ? *text : std::string();
}
Json::Array list_at(const Json& json, std::initializer_list<std::string_view> path) {
  const Json* found = at(json, path);
  const auto* list = found ? found->as<Json::Array>() : nullptr;
  return list ? *list : Json::Array();
}

bool has_keys(const Json& described, std::string_view partition, std::string_view sort) {
  const auto schema = list_at(described, {"KeySchema"});
  const auto is = [&](const Json& key, std::string_view name, std::string_view type) { return text_at(key, {"AttributeName"}) == name && text_at(key, {"KeyType"}) == type; };
  return schema.size() == 2 && std::ranges::any_of(schema, [&](const Json& key) { return is(key, partition, "HASH"); }) && std::ranges::any_of(schema, [&](const Json& key) { return is(key, sort, "RANGE"); });
}

class Examination {
 public:
  Examination(const DynamoDbOptions& options, Clock& clock, Random& random, Time deadline)
      : options_(options), client_(options, clock), table_(dynamodb_table(options, clock, random)), random_(random), call_{clock.now(), deadline} {}

  Findings all() {
    if (!look_at_shape()) return std::move(findings_);
    look_at_life();
    try_reads();
    try_writes();
    return std::move(findings_);
  }

 private:
  void add(Weight weight, std::string sentence) { findings_.push_back({weight, std::string(kAbout), std::move(sentence), weight == Weight::good ? "" : "table"}); }
  void add(Weight weight, const Error& error, std::string_view doing) { add(weight, explain(error, options_, doing).message); }
  Json named() const { return Json::object({{"TableName", options_.table}}); }

  /// Whether there is a table to go on with.
  bool look_at_shape() {
    const auto described = client_.call("DescribeTable", named(), call_.deadline);
    if (!described && described.error().type == "AccessDeniedException") {
      add(Weight::advice, fmt::format("Keys and indexes of the table '{}' cannot be looked at: the credential may not call dynamodb:DescribeTable. Satchel itself does not need it.", options_.table));
      return true;
    }
    if (!described) return add(Weight::bad, described.error(), "DescribeTable"), false;
    const Json* table = at(*described, {"Table"});
    if (const std::string status = table ? text_at(*table, {"TableStatus"}) : ""; status != "ACTIVE") {
      return add(Weight::bad, fmt::format("The table '{}' is not ready: its status is '{}'. Try again in a minute.", options_.table, status)), false;
    }
    if (!has_keys(*table, kPartition, kSort)) {
      return add(Weight::bad, fmt::format("The table '{}' has other keys than Satchel's, which are '{}' and '{}'. Set 'table' to another; 'satchel doctor --create' makes one.", options_.table, kPartition, kSort)), false;
    }
    add(Weight::good, fmt::format("The table '{}' is at {} and has Satchel's keys.", options_.table, options_.endpoint));
    for (const IndexKeys& index : kIndexes) look_at_index(list_at(*table, {"GlobalSecondaryIndexes"}), index);
    return true;
  }

  void look_at_index(const Json::Array& indexes, const IndexKeys& wanted) {
    const auto found = std::ranges::find_if(indexes, [&](const Json& index) { return text_at(index, {"IndexName"}) == wanted.name; });
    const std::string what = fmt::format("The index '{}' of the table '{}'", wanted.name, options_.table);
    const std::string remedy = fmt::format("It has the keys '{}' and '{}' and all attributes.", wanted.partition, wanted.sort);
    if (found == indexes.end()) return add(Weight::bad, fmt::format("{} is missing. Add it: {}", what, remedy));
    if (!has_keys(*found, wanted.partition, wanted.sort)) return add(Weight::bad, fmt::format("{} has other keys than Satchel's. Make it anew: {}", what, remedy));
    if (text_at(*found, {"Projection", "ProjectionType"}) != "ALL") return add(Weight::bad, fmt::format("{} lacks attributes. Make it anew: {}", what, remedy));
    const std::string status = text_at(*found, {"IndexStatus"});
    if (!status.empty() && status != "ACTIVE") return add(Weight::bad, fmt::format("{} is not ready: its status is '{}'. Try again in a while.", what, status));
    add(Weight::good, fmt::format("{} is as it should be.", what));
  }

  void look_at_life() {
    const auto described = client_.call("DescribeTimeToLive", named(), call_.deadline);
    if (!described) return add(Weight::advice, described.error(), "DescribeTimeToLive");
    const bool on = text_at(*described, {"TimeToLiveDescription", "AttributeName"}) == kTimeToLive && text_at(*described, {"TimeToLiveDescription", "TimeToLiveStatus"}).starts_with("ENABL");
    if (on) return add(Weight::good, fmt::format("Items of the table '{}' end by their attribute '{}'.", options_.table, kTimeToLive));
    add(Weight::advice, fmt::format("The table '{}' does not end items by their attribute '{}'. Switch its time to live on, or let 'satchel doctor --create' do it: old marks stay otherwise until they are swept.", options_.table, kTimeToLive));
  }

  template <class T>
  void tell(const Result<T>& result, std::string_view permission) {
    if (!result) return add(Weight::bad, result.error(), permission);
    done_ += (done_.empty() ? "" : ", ") + std::string(permission);
  }

  void try_reads() {
    const Key key = keys::cursor("doctor", 0);
    tell(table_->get(call_, key), "GetItem");
    tell(table_->batch_get(call_, {key}), "BatchGetItem");
    tell(table_->query(call_, {.partition = key.partition, .limit = 1}), "Query");
    for (const auto& [index, name] : {std::pair(Index::gsi1, "gsi1"), {Index::gsi2, "gsi2"}}) {
      const auto page = table_->query(call_, {.index = index, .partition = key.partition, .limit = 1});
      if (!page) add(Weight::bad, fmt::format("The index '{}' cannot be read. {}", name, explain(page.error(), options_, "Query").message));
    }
  }

  void try_writes() {
    const Key key = keys::cursor("doctor-" + random_id(random_), 0);
    Update update{.key = key, .condition = Condition::exists()};
    update.set.emplace("seen", std::int64_t{1});
    tell(table_->write(call_, {Put{{key, {}}, Condition::absent()}}), "PutItem");
    tell(table_->write(call_, {std::move(update)}), "UpdateItem");
    tell(table_->write(call_, {Check{key, Condition::exists()}}), "ConditionCheckItem");
    tell(table_->write(call_, {Delete{key, Condition::none()}}), "DeleteItem");
    if (!done_.empty()) add(Weight::good, fmt::format("The credential may {}.", done_));
  }

  const DynamoDbOptions& options_;
  DynamoDbClient client_;
  std::unique_ptr<Table> table_;
  Random& random_;
  Call call_;
  Findings findings_;
  std::string done_;
};

}  // namespace

Findings examine_table(const DynamoDbOptions& options, Clock& clock, Random& random, Time deadline) { return Examination(options, clock, random, deadline).all(); }

Result<void> create_table(const DynamoDbOptions& options, Clock& clock, Time deadline) {
  DynamoDbClient client(options, clock);
  const auto made = client.call("CreateTable", table_definition(options.table), deadline);
  if (!made && made.error().type != "ResourceInUseException") return std::unexpected(explain(made.error(), options, "CreateTable"));
  const Json named = Json::object({{"TableName", options.table}});
  for (;;) {
    const auto described = client.call("DescribeTable", named, deadline);
    if (!described) return std::unexpected(explain(described.error(), options, "DescribeTable"));
    if (text_at(*described, {"Table", "TableStatus"}) == "ACTIVE") break;
    if (clock.now() + kPoll >= deadline) return fail(ErrorCode::deadline_exceeded, fmt::format("The table '{}' is being made, but not ready yet. Run the command again.", options.table));
    clock.sleep_until(clock.now() + kPoll);
  }
  const Json life = Json::object({{"TableName", options.table}, {"TimeToLiveSpecification", Json::object({{"AttributeName", kTimeToLive}, {"Enabled", true}})}});
  const auto living = client.call("UpdateTimeToLive", life, deadline);
  // It says no where it is on already.
  if (!living && living.error().type != "ValidationException") return std::unexpected(explain(living.error(), options, "UpdateTimeToLive"));
  return {};
}

}  // namespace satchel::aws
