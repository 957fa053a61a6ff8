// SPDX-License-Identifier: Apache-2.0
// What a Lambda's handler may be called: the deployment groups of all rows, and what has no rows.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "satchel/runtime/registry.hpp"

namespace satchel {

/// Of the application and the OpenID provider.
std::vector<Row> all_rows();
std::vector<Row> rows_of_group(std::string_view group);
/// "account, authorizer, …", for people.
std::string handler_names();

}  // namespace satchel
