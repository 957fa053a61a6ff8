// SPDX-License-Identifier: Apache-2.0
// GET /auth/.well-known/openid-configuration and GET /auth/jwks.json: what clients learn the provider by.
#include "satchel/identity/clients.hpp"
#include "satchel/identity/makers.hpp"
#include "satchel/identity/signing_keys.hpp"
#include "satchel/identity/token_answer.hpp"

namespace satchel::identity {
namespace {

Json texts(std::initializer_list<std::string_view> list) {
  Json array = Json::array();
  for (const auto text : list) array.push(text);
  return array;
}

/// OpenID Connect Discovery 1.0 section 3, RFC 8414, RFC 9207 and RP-Initiated Logout 1.0.
Json configuration(const std::string& issuer) {
  Json scopes = Json::array();
  for (const auto scope : kScopes) scopes.push(scope);
  return Json::object({{"issuer", issuer},
                       {"authorization_endpoint", issuer + "/authorize"},
                       {"token_endpoint", issuer + "/token"},
                       {"userinfo_endpoint", issuer + "/userinfo"},
                       {"revocation_endpoint", issuer + "/revoke"},
                       {"end_session_endpoint", issuer + "/logout"},
                       {"jwks_uri", issuer + "/jwks.json"},
                       {"scopes_supported", std::move(scopes)},
                       {"response_types_supported", texts({"code"})},
                       {"response_modes_supported", texts({"query"})},
                       {"grant_types_supported", texts({"authorization_code", "refresh_token"})},
                       {"code_challenge_methods_supported", texts({"S256"})},
                       {"token_endpoint_auth_methods_supported", texts({"none"})},
                       {"revocation_endpoint_auth_methods_supported", texts({"none"})},
                       {"subject_types_supported", texts({"public"})},
                       {"id_token_signing_alg_values_supported", texts({"RS256"})},
                       {"prompt_values_supported", texts({"none", "login", "select_account", "consent"})},
                       {"claims_supported", texts({"iss", "sub", "aud", "exp", "iat", "auth_time", "nonce", "amr", "sid", "name", "email"})},
                       {"authorization_response_iss_parameter_supported", true},
                       {"claims_parameter_supported", false},
                       {"request_parameter_supported", false},
                       {"request_uri_parameter_supported", false}});
}

Response cached(const Json& document, std::string_view control) {
  Response response = Response::json(document);
  response.headers.emplace_back("cache-control", control);
  return response;
}

class OpenidConfiguration final : public Function {
 public:
  explicit OpenidConfiguration(const Wiring& wiring) : settings_(&wiring.settings()) {}
  Result<Response> handle(const Context&, const Request&) override {
    return cached(configuration(issuer_of(settings_->public_url)), "public, max-age=300");
  }

 private:
  const Settings* settings_;
};

class Jwks final : public Function {
 public:
  explicit Jwks(const Wiring& wiring) : keys_(wiring.reader(), wiring.vault()) {}
  Result<Response> handle(const Context& context, const Request&) override {
    return cached(TRY(keys_.jwks(context.call)), "public, max-age=60");
  }

 private:
  SigningKeys keys_;
};

}  // namespace

namespace make {
Made openid_configuration(const Wiring& wiring) { return std::make_unique<OpenidConfiguration>(wiring); }
Made jwks(const Wiring& wiring) { return std::make_unique<Jwks>(wiring); }
}  // namespace make

}  // namespace satchel::identity
