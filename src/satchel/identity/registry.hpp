// SPDX-License-Identifier: Apache-2.0
// All functions of the OpenID provider: what starts each, who may, which ports it is given. They join the application's rows.
#pragma once

#include <vector>

#include "satchel/runtime/registry.hpp"

namespace satchel {

std::vector<Row> identity_rows();

}  // namespace satchel
