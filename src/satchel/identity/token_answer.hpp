// SPDX-License-Identifier: Apache-2.0
// What a client gets for a code or a refresh token: access token (RFC 9068), ID token, the next refresh token. Any thread may call.
#pragma once

#include <string>
#include <string_view>

#include "satchel/identity/grants.hpp"
#include "satchel/identity/signing_keys.hpp"
#include "satchel/runtime/function.hpp"
#include "satchel/runtime/registry.hpp"

namespace satchel::identity {

inline constexpr std::string_view kAccessTokenType = "at+jwt", kIdTokenType = "JWT";
inline constexpr std::string_view kAudience = "satchel";

std::string issuer_of(std::string_view public_url);

struct Answer {
  const User& user;
  const Authorization& authorization;
  std::string_view scope;   // of the access token: no more than was authorised
  std::string_view nonce;   // empty: none
  std::string refresh_token;
};

/// Claims of the access token: iss, aud, sub, client_id, scope, iat, exp, jti, auth_time, epoch (of the account: the gate compares it)
/// and sid (of the session: its item is gone once it was signed out).
Result<Json> token_answer(const Call& call, Random& random, const SigningKeys& keys, const Settings& settings, Answer answer);

/// An error as the token endpoint writes it (RFC 6749 section 5.2).
Response oauth_error(std::string_view error, std::string_view description);

}  // namespace satchel::identity
