// SPDX-License-Identifier: Apache-2.0
// The adapters of Table that the contract suite runs on. A new one is one more entry in table_adapters().
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "satchel/ports/table.hpp"

namespace satchel::contract {

/// A fresh, empty table and what has to outlive it.
struct Ground {
  std::shared_ptr<void> below;
  std::unique_ptr<Table> table;
};

struct TableAdapter {
  std::string name;
  std::function<Ground()> make;
};

std::vector<TableAdapter> table_adapters();

}  // namespace satchel::contract
