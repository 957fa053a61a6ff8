// SPDX-License-Identifier: Apache-2.0
#include "satchel/runtime/jwt.hpp"

#include <algorithm>
#include <array>

#include "satchel/base/encoding.hpp"

namespace satchel {
namespace {

constexpr std::size_t kLongest = 8 * 1024;
constexpr std::size_t kLongestKid = 128;
constexpr std::size_t kMostKeys = 64;
constexpr std::int64_t kLatestSecond = 253'402'300'799;  // 9999-12-31T23:59:59Z

std::unexpected<Error> refused(std::string why) {
  return fail(ErrorCode::unauthenticated, "The access token is not valid or has expired. Sign in again.", std::move(why), "invalid_token");
}

struct Parts {
  std::string_view header, payload, signature;
  std::string_view signed_text;  // header and payload with the dot between
};

Result<Parts> split(std::string_view token) {
  if (token.size() > kLongest) return refused("longer than 8 KiB");
  const auto first = token.find('.');
  const auto second = first == token.npos ? first : token.find('.', first + 1);
  if (second == token.npos || token.find('.', second + 1) != token.npos) return refused("not three parts");
  return Parts{token.substr(0, first), token.substr(first + 1, second - first - 1), token.substr(second + 1), token.substr(0, second)};
}

Result<Json> decode(std::string_view part, OddNumbers odd = OddNumbers::refuse) {
  const auto bytes = from_base64url(part);
  if (!bytes) return refused("a part is no base64url");
  auto json = Json::parse(*bytes, odd);
  if (!json || !json->as<Json::Object>()) return refused("a part is no JSON object, or names a member twice");
  return std::move(*json);
}

const std::string* text_of(const Json& object, std::string_view name) {
  const Json* member = object.find(name);
  return member ? member->as<std::string>() : nullptr;
}

bool is(const Json& object, std::string_view name, std::string_view wanted) {
  const auto* text = text_of(object, name);
  return text && *text == wanted;
}

/// What an access token may call itself: RFC 9068's name, or one that others use.
enum class NamedType { access_token, any_token };

Result<NamedType> outside_type(const Json& header) {
  if (is(header, "typ", "at+jwt") || is(header, "typ", "application/at+jwt")) return NamedType::access_token;
  if (!header.find("typ") || is(header, "typ", "JWT") || is(header, "typ", "jwt")) return NamedType::any_token;
  return refused("another type of token");
}

/// The payload of an access token, though its header does not say so. An ID token has no scope and often a hash of the access token; Cognito and
/// Keycloak name the use.
Result<void> check_use(const Json& payload) {
  for (const std::string_view other : {"at_hash", "c_hash", "events"}) {
    if (payload.find(other)) return refused("no access token: it has " + std::string(other));
  }
  if (payload.find("token_use")) return is(payload, "token_use", "access") ? Result<void>{} : refused("token_use is not access");
  if (payload.find("typ")) return is(payload, "typ", "Bearer") ? Result<void>{} : refused("typ is not Bearer");
  return payload.find("scope") || payload.find("scp") ? Result<void>{} : refused("nothing says that it is an access token");
}

/// The kid of a header that is as expected; whatever would bring a key along or change the meaning of the rest is refused.
Result<std::string> check_header(const Json& header, const TokenExpectations& expected) {
  constexpr std::array<std::string_view, 8> kForbidden{"jku", "jwk", "x5u", "x5c", "crit", "b64", "zip", "enc"};
  if (!is(header, "alg", "RS256")) return refused("alg is not RS256");
  if (!expected.outside && !is(header, "typ", expected.type)) return refused("another type of token");
  for (const auto name : kForbidden) {
    if (header.find(name)) return refused("a header that is not taken: " + std::string(name));
  }
  const auto* kid = text_of(header, "kid");
  if (!kid || kid->empty() || kid->size() > kLongestKid) return refused("no kid");
  return *kid;
}

Result<Time> second_of(const Json& payload, std::string_view name) {
  const Json* member = payload.find(name);
  const auto* seconds = member ? member->as<std::int64_t>() : nullptr;
  if (!seconds || *seconds < 0 || *seconds > kLatestSecond) return refused("no time in " + std::string(name));
  return Time(std::chrono::seconds{*seconds});
}

/// One text, or a list of nothing but texts (RFC 7519 section 4.1.3).
bool is_for(const Json& payload, std::string_view audience) {
  const Json* member = payload.find("aud");
  const auto* list = member ? member->as<Json::Array>() : nullptr;
  if (!list) return is(payload, "aud", audience);
  const bool texts = std::ranges::all_of(*list, [](const Json& one) { return one.as<std::string>() != nullptr; });
  return texts && std::ranges::any_of(*list, [&](const Json& one) { return *one.as<std::string>() == audience; });
}

Result<void> check_audience(const Json& payload, const TokenExpectations& expected) {
  if (expected.outside && !payload.find("aud")) {
    const bool ours = std::ranges::any_of(expected.clients, [&](const std::string& client) { return !client.empty() && is(payload, "client_id", client); });
    return ours ? Result<void>{} : refused("no audience, and of another client");
  }
  if (expected.audience.empty() || !is_for(payload, expected.audience)) return refused("for another audience");
  return {};
}

Result<Claims> check_claims(Json payload, const TokenExpectations& expected, Time now) {
  if (expected.issuer.empty() || !is(payload, "iss", expected.issuer)) return refused("another issuer");
  TRY(check_audience(payload, expected));
  const auto* subject = text_of(payload, "sub");
  if (!subject || subject->empty()) return refused("no subject");
  const Time issued = TRY(second_of(payload, "iat")), expires = TRY(second_of(payload, "exp"));
  if (issued > now + expected.leeway) return refused("issued in the future");
  if (expires <= now - expected.leeway && !expected.may_be_expired) return refused("expired");
  if (payload.find("nbf") && TRY(second_of(payload, "nbf")) > now + expected.leeway) return refused("not valid yet");
  Claims claims{.issuer = std::string(expected.issuer), .subject = *subject, .issued = issued, .expires = expires, .all = {}};
  claims.all = std::move(payload);
  return claims;
}

}  // namespace

std::string Claims::text(std::string_view name) const {
  const auto* found = text_of(all, name);
  return found ? *found : std::string();
}

std::int64_t Claims::number(std::string_view name) const {
  const Json* member = all.find(name);
  const auto* found = member ? member->as<std::int64_t>() : nullptr;
  return found ? *found : 0;
}

bool Claims::flag(std::string_view name) const {
  const Json* member = all.find(name);
  const auto* found = member ? member->as<bool>() : nullptr;
  // Cognito's user info writes it as a text.
  return found ? *found : text(name) == "true";
}

bool Claims::has(std::string_view name, std::string_view value) const {
  if (!value.empty() && text(name) == value) return true;
  const Json* member = all.find(name);
  const auto* list = member ? member->as<Json::Array>() : nullptr;
  return list && std::ranges::any_of(*list, [&](const Json& one) { return one.as<std::string>() && *one.as<std::string>() == value; });
}

Result<Verified<Claims>> verify_token(const Call& call, std::string_view token, const KeySource& keys, const TokenExpectations& expected) {
  const Parts parts = TRY(split(token));
  const Json header = TRY(decode(parts.header));
  const std::string kid = TRY(check_header(header, expected));
  const bool says_use = !expected.outside || TRY(outside_type(header)) == NamedType::access_token;
  const auto key = TRY(keys.find(call, kid));
  if (!key) return refused("unknown kid");
  const auto signature = from_base64url(parts.signature);
  if (!signature || !key->verifies(parts.signed_text, *signature)) return refused("the signature does not fit");
  // Others put numbers into their tokens that we never would.
  Json payload = TRY(decode(parts.payload, expected.outside ? OddNumbers::read_as_null : OddNumbers::refuse));
  if (!says_use) TRY(check_use(payload));
  return Verified<Claims>(TRY(check_claims(std::move(payload), expected, call.now)));
}

std::string sign_token(const RsaPrivateKey& key, std::string_view kid, std::string_view type, const Json& claims) {
  const auto header = Json::object({{"alg", "RS256"}, {"typ", type}, {"kid", kid}});
  const std::string text = to_base64url(header.text()) + "." + to_base64url(claims.text());
  return text + "." + to_base64url(key.sign(text));
}

std::map<std::string, RsaPublicKey, std::less<>> keys_in(const Json& jwks) {
  std::map<std::string, RsaPublicKey, std::less<>> found;
  const Json* member = jwks.find("keys");
  const auto* list = member ? member->as<Json::Array>() : nullptr;
  for (const Json& jwk : list ? *list : Json::Array()) {
    const auto* kid = text_of(jwk, "kid");
    const auto* n = text_of(jwk, "n");
    const auto* e = text_of(jwk, "e");
    const bool signs = is(jwk, "kty", "RSA") && (!jwk.find("use") || is(jwk, "use", "sig")) && (!jwk.find("alg") || is(jwk, "alg", "RS256"));
    if (!signs || !kid || kid->empty() || kid->size() > kLongestKid || !n || !e || found.size() == kMostKeys) continue;
    const auto modulus = from_base64url(*n), exponent = from_base64url(*e);
    const auto key = modulus && exponent ? RsaPublicKey::from({*modulus, *exponent}) : std::nullopt;
    if (key) found.emplace(*kid, *key);
  }
  return found;
}

Json to_jwk(const RsaPublicKey& key, std::string_view kid) {
  const RsaNumbers numbers = key.numbers();
  return Json::object({{"kty", "RSA"}, {"use", "sig"}, {"alg", "RS256"}, {"kid", kid},
                       {"n", to_base64url(numbers.n)}, {"e", to_base64url(numbers.e)}});
}

}  // namespace satchel
