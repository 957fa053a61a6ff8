// SPDX-License-Identifier: Apache-2.0
// The API's personal tokens.
#pragma once

#include "satchel/base/json.hpp"
#include "satchel/model/api_token.hpp"

namespace satchel {

inline Json token_json(const ApiToken& token) {
  Json scopes = Json::array();
  for (const std::string& scope : token.scopes) scopes.push(scope);
  auto json = Json::object({{"id", token.id.str()}, {"name", token.name}, {"scopes", std::move(scopes)}, {"created", token.created}, {"expires", token.expires}});
  if (token.last_used) json.set("last_used", *token.last_used);
  return json;
}

}  // namespace satchel
