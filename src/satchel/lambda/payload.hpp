// SPDX-License-Identifier: Apache-2.0
// Reading what AWS's services send: documents whose members they add to as they like, so what is not looked for is passed over. Pure.
#pragma once

#include <initializer_list>
#include <string>
#include <string_view>

#include "satchel/base/json.hpp"

namespace satchel::lambda {

/// The member at the path; null where there is none.
const Json* at(const Json& value, std::initializer_list<std::string_view> path);
/// Empty where there is none, or it is no string.
std::string text_at(const Json& value, std::initializer_list<std::string_view> path);
/// The members of an array, as an empty one where it is none.
const Json::Array& array_at(const Json& value, std::string_view name);

/// The document of an invocation. Error: internal.
Result<Json> parse_payload(std::string_view text);

}  // namespace satchel::lambda
