// SPDX-License-Identifier: Apache-2.0
#include "tests/contract/table_adapters.hpp"

#include <stdexcept>

#include "satchel/aws/examine_table.hpp"
#include "satchel/aws/table.hpp"
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

Ground dynamodb_ground(const std::string& endpoint) {
  const auto below = std::make_shared<OnDynamoDb>();
  const aws::DynamoDbOptions options{
      .endpoint = endpoint, .region = "us-east-1", .table = "contract-" + random_id(*below->random), .credentials = aws::fixed_credential({"AKIDEXAMPLE", "secret"})};
  const auto made = aws::create_table(options, *below->clock, below->clock->now() + std::chrono::seconds{30});
  if (!made) throw std::runtime_error("no table on " + endpoint + ": " + made.error().message + ' ' + made.error().detail);
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
  };
  for (TableAdapter& engine : dynamodb_adapters()) adapters.push_back(std::move(engine));
  return adapters;
}

}  // namespace satchel::contract
