// SPDX-License-Identifier: Apache-2.0
#include "satchel/identity/token_answer.hpp"

#include "satchel/identity/clients.hpp"
#include "satchel/identity/lifetimes.hpp"

namespace satchel::identity {
namespace {

std::int64_t seconds(Time time) { return std::chrono::floor<std::chrono::seconds>(time).time_since_epoch().count(); }
std::int64_t seconds(Duration time) { return std::chrono::duration_cast<std::chrono::seconds>(time).count(); }

Json common_claims(const Call& call, std::string_view public_url, const Answer& answer, std::string_view audience, Duration life) {
  return Json::object({{"iss", issuer_of(public_url)}, {"sub", answer.user.id.str()}, {"aud", audience}, {"iat", seconds(call.now)},
                       {"exp", seconds(call.now + life)}, {"auth_time", seconds(answer.authorization.authenticated)},
                       {"sid", answer.authorization.session}});
}

Json access_claims(const Call& call, Random& random, const Settings& settings, const Answer& answer) {
  Json claims = common_claims(call, settings.public_url, answer, kAudience, settings.access_token_life);
  claims.set("jti", random_id(random)).set("client_id", answer.authorization.client).set("scope", answer.scope).set("epoch", answer.user.epoch);
  return claims;
}

Json id_claims(const Call& call, std::string_view public_url, const Answer& answer) {
  Json claims = common_claims(call, public_url, answer, answer.authorization.client, kIdTokenLife);
  claims.set("amr", Json(Json::Array{"pwd"}));
  if (!answer.nonce.empty()) claims.set("nonce", answer.nonce);
  if (has_scope(answer.scope, "profile")) claims.set("name", answer.user.name);
  if (has_scope(answer.scope, "email")) claims.set("email", answer.user.email);
  return claims;
}

}  // namespace

std::string issuer_of(std::string_view public_url) { return std::string(public_url) + "/auth"; }

Result<Json> token_answer(const Call& call, Random& random, const SigningKeys& keys, const Settings& settings, Answer answer) {
  const SigningKey signer = TRY(keys.signer(call));
  return Json::object({{"access_token", sign_token(signer.key, signer.kid, kAccessTokenType, access_claims(call, random, settings, answer))},
                       {"token_type", "Bearer"},
                       {"expires_in", seconds(settings.access_token_life)},
                       {"refresh_token", std::move(answer.refresh_token)},
                       {"id_token", sign_token(signer.key, signer.kid, kIdTokenType, id_claims(call, settings.public_url, answer))},
                       {"scope", answer.scope}});
}

Response oauth_error(std::string_view error, std::string_view description) {
  Response response = Response::json(Json::object({{"error", error}, {"error_description", description}}), 400);
  response.headers.emplace_back("cache-control", "no-store");
  return response;
}

}  // namespace satchel::identity
