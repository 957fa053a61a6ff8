// SPDX-License-Identifier: Apache-2.0
// What a Lambda's handler may be called: the deployment groups of all rows, and what has no rows.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "satchel/runtime/registry.hpp"

namespace satchel {

/// The handlers that have no rows.
inline constexpr std::string_view kAuthorizer = "authorizer";  // of the HTTP API
inline constexpr std::string_view kCognito = "cognito";        // the user pool's pre sign-up trigger
inline constexpr std::string_view kFanout = "fanout";          // the table's stream to the queues

enum class Provider { own, outside };  // of OpenID Connect: where people sign in

/// Of the application and, as far as it is Satchel's own, the OpenID provider.
std::vector<Row> all_rows(Provider provider = Provider::own);
std::vector<Row> rows_of_group(std::string_view group, Provider provider = Provider::own);
/// "account, authorizer, …", for people.
std::string handler_names();

}  // namespace satchel
