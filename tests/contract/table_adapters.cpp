// SPDX-License-Identifier: Apache-2.0
#include "tests/contract/table_adapters.hpp"

#include <stdexcept>

#include "satchel/aws/table.hpp"
#include "satchel/dynamodb/endpoint.hpp"
#include "satchel/embedded/table.hpp"
#include "satchel/memory/table.hpp"
#include "tests/contract/engines.hpp"
#include "tests/support/temporary_folder.hpp"

namespace satchel::contract {
namespace {

struct OnDisk {
  TemporaryFolder folder;
  std::unique_ptr<Clock> clock = system_clock();
  std::unique_ptr<Logger> log = null_logger();
};

Ground rocksdb_table() {
  const auto below = std::make_shared<OnDisk>();
  return {below, open_rocksdb_table({.folder = below->folder.path() + "/table"}, *below->clock, *below->log).value()};
}

/// A table of its own on a DynamoDB engine, with the two indexes.
struct OnDynamoDb {
  std::unique_ptr<Clock> clock = system_clock();
  std::unique_ptr<Random> random = system_random();
};

Json attribute(std::string_view name) { return Json::object({{"AttributeName", name}, {"AttributeType", "S"}}); }
Json keys(std::string_view partition, std::string_view sort) {
  return Json::Array{Json::object({{"AttributeName", partition}, {"KeyType", "HASH"}}), Json::object({{"AttributeName", sort}, {"KeyType", "RANGE"}})};
}
Json index(std::string_view name, std::string_view partition, std::string_view sort) {
  return Json::object({{"IndexName", name}, {"KeySchema", keys(partition, sort)}, {"Projection", Json::object({{"ProjectionType", "ALL"}})}});
}

Ground dynamodb_ground(const std::string& endpoint) {
  const auto below = std::make_shared<OnDynamoDb>();
  const aws::DynamoDbOptions options{
      .endpoint = endpoint, .region = "us-east-1", .table = "contract-" + random_id(*below->random), .credentials = aws::fixed_credential({"AKIDEXAMPLE", "secret"})};
  aws::DynamoDbClient client(options, *below->clock);
  const auto made = client.call(
      "CreateTable",
      Json::object({{"TableName", options.table},
                    {"BillingMode", "PAY_PER_REQUEST"},
                    {"AttributeDefinitions", Json::Array{attribute("pk"), attribute("sk"), attribute("gsi1pk"), attribute("gsi1sk"), attribute("gsi2pk"), attribute("gsi2sk")}},
                    {"KeySchema", keys("pk", "sk")},
                    {"GlobalSecondaryIndexes", Json::Array{index("gsi1", "gsi1pk", "gsi1sk"), index("gsi2", "gsi2pk", "gsi2sk")}}}),
      below->clock->now() + std::chrono::seconds{30});
  if (!made) throw std::runtime_error("no table on " + endpoint + ": " + made.error().message + ' ' + made.error().detail);
  return {below, aws::dynamodb_table(options, *below->clock, *below->random)};
}

/// The DynamoDB adapter over Satchel's own endpoint, as functions in processes of their own have it.
struct OnOwnEndpoint {
  explicit OnOwnEndpoint(Ground ground) : table(std::move(ground)) {}
  ~OnOwnEndpoint() { server->stop(clock->now() + std::chrono::seconds{5}); }

  Ground table;
  std::unique_ptr<Clock> clock = system_clock();
  std::unique_ptr<Random> random = system_random();
  std::unique_ptr<Logger> log = null_logger();
  std::unique_ptr<dynamodb::Endpoint> endpoint = dynamodb::Endpoint::create(
      {.holders = [](std::string_view) { return std::optional(dynamodb::Holder{"secret", {.reads = true, .writes_all = true}}); }}, *table.table, *clock, *random, *log);
  std::unique_ptr<net::Server> server = net::Server::start({.loops = 1}, *endpoint, *log).value();
};

Ground own_endpoint(Ground table) {
  const auto below = std::make_shared<OnOwnEndpoint>(std::move(table));
  const aws::DynamoDbOptions options{.endpoint = "http://127.0.0.1:" + std::to_string(below->server->port()), .region = "us-east-1", .table = "satchel", .credentials = aws::fixed_credential({"any", "secret"})};
  return {below, aws::dynamodb_table(options, *below->clock, *below->random)};
}

std::vector<TableAdapter> dynamodb_adapters() {
  std::vector<TableAdapter> adapters;
  for (const auto& [name, endpoint] : engines_in("SATCHEL_DYNAMODB")) {
    std::set<Gap> gaps{Gap::grown_size};
    if (name == "Moto") gaps.insert(Gap::compares_types);
    adapters.push_back({"DynamoDb" + name, [endpoint] { return dynamodb_ground(endpoint); }, std::move(gaps)});
  }
  return adapters;
}

}  // namespace

std::vector<TableAdapter> table_adapters() {
  std::vector<TableAdapter> adapters{
      {"Memory", [] { return Ground{nullptr, memory_table()}; }},
      // Unknown outcomes have a test of their own: after them a plain condition cannot say who wrote.
      {"MemoryAdversarial", [] { return Ground{nullptr, memory_table({.seed = 42, .conflict = 20, .unknown = 0})}; }},
      {"Rocksdb", rocksdb_table},
      {"DynamoDbOnSatchelMemory", [] { return own_endpoint({nullptr, memory_table()}); }},
      {"DynamoDbOnSatchelAdversarial", [] { return own_endpoint({nullptr, memory_table({.seed = 43, .conflict = 20, .unknown = 0})}); }},
      {"DynamoDbOnSatchelRocksdb", [] { return own_endpoint(rocksdb_table()); }},
  };
  for (TableAdapter& engine : dynamodb_adapters()) adapters.push_back(std::move(engine));
  return adapters;
}

}  // namespace satchel::contract
