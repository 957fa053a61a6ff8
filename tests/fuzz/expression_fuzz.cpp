// SPDX-License-Identifier: Apache-2.0
// A stranger's expressions and requests of the DynamoDB endpoint: nothing crashes, and what is accepted means the same when it is written again.
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>

#include "satchel/dynamodb/expression.hpp"
#include "satchel/dynamodb/json.hpp"
#include "satchel/dynamodb/requests.hpp"

namespace {

using namespace satchel;

void require(bool condition) {
  if (!condition) std::abort();
}

dynamodb::Substitutes substitutes() {
  return *dynamodb::Substitutes::from(*Json::parse(R"({"ExpressionAttributeNames":{"#p":"pk","#s":"sk","#a":"a","#b":"b"},"ExpressionAttributeValues":{":t":{"S":"x"},":n":{"N":"5"},":f":{"BOOL":true}}})"));
}

void check_condition(std::string_view text) {
  auto with = substitutes();
  const auto condition = dynamodb::condition_from(text, with);
  if (!condition) return;
  require(!condition->clauses.empty());
  dynamodb::Placeholders placeholders;
  const std::string again = dynamodb::condition_expression(*condition, placeholders);
  Json request = Json::object();
  placeholders.add_to(request);
  auto meant = *dynamodb::Substitutes::from(request);
  const auto read = dynamodb::condition_from(again, meant);
  require(again.size() > 4096 || (read && read->clauses == condition->clauses));
}

void check_update(std::string_view text) {
  auto with = substitutes();
  Update update;
  if (!dynamodb::read_update(text, with, update)) return;
  require(!update.set.contains("pk") && !update.set.contains("sk") && !update.add.contains("pk") && !update.add.contains("sk"));
}

void check_requests(std::string_view text) {
  const auto body = Json::parse(text);
  if (!body) return;
  if (const auto key = dynamodb::read_get(*body, "satchel")) require(!key->partition.empty() && !key->sort.empty());
  if (const auto keys = dynamodb::read_batch_get(*body, "satchel")) require(!keys->empty() && keys->size() <= 100);
  if (const auto query = dynamodb::read_query(*body, "satchel")) require(!query->partition.empty() && query->limit >= 1 && query->limit <= 1000);
  if (const auto writing = dynamodb::read_transact_write(*body, "satchel")) require(check_transaction(writing->transaction).has_value());
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  check_condition(text);
  check_update(text);
  auto with = substitutes();
  Query query;
  if (dynamodb::read_key_condition(text, with, query)) require(!query.partition.empty());
  check_requests(text);
  return 0;
}
