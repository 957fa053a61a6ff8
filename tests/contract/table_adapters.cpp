// SPDX-License-Identifier: Apache-2.0
#include "tests/contract/table_adapters.hpp"

#include "satchel/memory/table.hpp"

namespace satchel::contract {

std::vector<TableAdapter> table_adapters() {
  return {
      {"Memory", [] { return Ground{nullptr, memory_table()}; }},
      // Unknown outcomes have a test of their own: after them a plain condition cannot say who wrote.
      {"MemoryAdversarial", [] { return Ground{nullptr, memory_table({.seed = 42, .conflict = 20, .unknown = 0})}; }},
  };
}

}  // namespace satchel::contract
