// SPDX-License-Identifier: Apache-2.0
// The answer of every door through which a person comes in: {name} and the session's cookie.
#pragma once

#include "satchel/identity/browser.hpp"
#include "satchel/model/user.hpp"

namespace satchel::identity {

inline Response signed_in_answer(std::string_view public_url, const User& user, std::string_view secret) {
  Response response = Response::json(Json::object({{"name", user.name}}));
  response.headers.emplace_back("cache-control", "no-store");
  set_session_cookie(response, public_url, secret);
  return response;
}

}  // namespace satchel::identity
