// SPDX-License-Identifier: Apache-2.0
// All functions of the application: what starts each, who may, which ports it is given. The answer to "where does it start?".
#pragma once

#include <vector>

#include "satchel/runtime/registry.hpp"

namespace satchel {

std::vector<Row> function_rows();

}  // namespace satchel
