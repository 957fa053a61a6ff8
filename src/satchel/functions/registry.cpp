// SPDX-License-Identifier: Apache-2.0
#include "satchel/functions/registry.hpp"

#include "satchel/functions/makers.hpp"

namespace satchel {

std::vector<Row> function_rows() {
  std::vector<Row> rows;
  return rows;
}

}  // namespace satchel
