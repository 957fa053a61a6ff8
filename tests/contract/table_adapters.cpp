// SPDX-License-Identifier: Apache-2.0
#include "tests/contract/table_adapters.hpp"

#include <utility>

#include "satchel/aws/table.hpp"
#include "satchel/dynamodb/endpoint.hpp"
#include "satchel/embedded/table.hpp"
#include "satchel/memory/table.hpp"
#include "tests/contract/engine_grounds.hpp"
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

Ground dynamodb_ground(const std::string& endpoint) {
  const auto below = std::make_shared<OnDynamoDb>();
  return {below, aws::dynamodb_table(new_table(endpoint, *below->clock, *below->random), *below->clock, *below->random)};
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
    if (name == "Moto") gaps.insert({Gap::compares_types, Gap::isolation});
    adapters.push_back({"DynamoDb" + name, [endpoint] { return dynamodb_ground(endpoint); }, std::move(gaps)});
  }
  return adapters;
}

}  // namespace

std::string_view reason(Gap gap) {
  switch (gap) {
    case Gap::compares_types: return "A condition that compares a text with a number is answered by a ValidationException; DynamoDB says that it does not hold. Either way nothing is written.";
    case Gap::isolation: return "A transaction that fails puts the whole table back as it was, also what others have written meanwhile; DynamoDB isolates transactions.";
    case Gap::grown_size: return "An update may make an item larger than 400 KB; DynamoDB refuses it. Satchel's own items stay far below.";
  }
  std::unreachable();
}

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
