// SPDX-License-Identifier: Apache-2.0
// The adapters of Table that the contract suite runs on. A new one is one more entry in table_adapters().
#pragma once

#include <functional>
#include <memory>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "satchel/ports/table.hpp"

namespace satchel::contract {

/// A fresh, empty table and what has to outlive it.
struct Ground {
  std::shared_ptr<void> below;
  std::unique_ptr<Table> table;
};

/// What DynamoDB does and an engine that stands for it does not. A gap that has closed fails its test.
enum class Gap {
  compares_types,  // a comparison of a text with a number is an error instead of false
  isolation,       // of several writers at once, one that fails may undo what another has written
  grown_size,      // an item may grow over 400 KB by an update
};

/// The gap as a sentence of docs/conformance.md.
std::string_view reason(Gap gap);

struct TableAdapter {
  std::string name;
  std::function<Ground()> make;
  std::set<Gap> gaps = {};
};

std::vector<TableAdapter> table_adapters();

}  // namespace satchel::contract
