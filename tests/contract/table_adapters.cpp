// SPDX-License-Identifier: Apache-2.0
#include "tests/contract/table_adapters.hpp"

#include "satchel/embedded/table.hpp"
#include "satchel/memory/table.hpp"
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

}  // namespace

std::vector<TableAdapter> table_adapters() {
  return {
      {"Memory", [] { return Ground{nullptr, memory_table()}; }},
      // Unknown outcomes have a test of their own: after them a plain condition cannot say who wrote.
      {"MemoryAdversarial", [] { return Ground{nullptr, memory_table({.seed = 42, .conflict = 20, .unknown = 0})}; }},
      {"Rocksdb", rocksdb_table},
  };
}

}  // namespace satchel::contract
