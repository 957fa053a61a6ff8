// SPDX-License-Identifier: Apache-2.0
// All functions of the OpenID provider: what starts each, who may, which ports it is given. They join the application's rows.
#pragma once

#include <vector>

#include "satchel/runtime/registry.hpp"

namespace satchel {

std::vector<Row> identity_rows();
/// Those that make sense where people sign in at an outside issuer: its settings and the upkeep. Nothing answers under /auth then.
std::vector<Row> rows_beside_outside_issuer();

}  // namespace satchel
