// SPDX-License-Identifier: Apache-2.0
// Signed tokens (RFC 7519 in the compact form of RFC 7515), strict: RS256 alone, the key named by `kid` and known before, never
// brought along by the token; 8 KiB at most; no member twice; no encryption. Claims exist only as Verified<Claims>, which only
// verify_token() makes, so nobody can use what was not checked. Any thread may call.
#pragma once

#include <map>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>

#include "satchel/base/json.hpp"
#include "satchel/base/result.hpp"
#include "satchel/base/rsa.hpp"
#include "satchel/base/time.hpp"
#include "satchel/ports/call.hpp"

namespace satchel {

/// Whose signatures count, by `kid`: keys in the process, or those of an issuer's JWKS document.
class KeySource {
 public:
  virtual ~KeySource() = default;
  /// Absence is not an error. Errors: unavailable, deadline_exceeded (the keys cannot be read now).
  virtual Result<std::optional<RsaPublicKey>> find(const Call& call, std::string_view kid) const = 0;
};

inline constexpr Duration kClockLeeway = std::chrono::seconds{60};  // between two clocks

/// What a token must say to be taken.
struct TokenExpectations {
  std::string_view issuer;
  std::string_view audience;                 // empty: only a token whose `client_id` is one of `clients` is taken
  std::string_view type = "at+jwt";          // of the header; equal byte by byte
  /// An access token of an outside issuer. Few of them follow RFC 9068, so `type` does not count: what says that it is an access token is
  /// the header's type at+jwt, Cognito's `token_use`, Keycloak's `typ`, or a scope; ID, refresh and logout tokens are refused.
  bool outside = false;
  /// Where such a token has no `aud` at all (Cognito), its `client_id` must be one of these.
  std::span<const std::string> clients = {};
  Duration leeway = kClockLeeway;
  bool may_be_expired = false;               // for the hint at sign-out alone
};

struct Claims {
  std::string issuer;
  std::string subject;
  Time issued{};
  Time expires{};
  Json all;  // of the payload: an object

  /// Empty or 0 where absent or of another type.
  std::string text(std::string_view name) const;
  std::int64_t number(std::string_view name) const;
  bool flag(std::string_view name) const;
  /// Whether the member is this text, or a list with it in it: groups, roles.
  bool has(std::string_view name, std::string_view value) const;
};

template <class T>
class Verified {
 public:
  const T& operator*() const { return value_; }
  const T* operator->() const { return &value_; }

 private:
  friend Result<Verified<Claims>> verify_token(const Call&, std::string_view, const KeySource&, const TokenExpectations&);
  explicit Verified(T value) : value_(std::move(value)) {}
  T value_;
};

/// The claims of a token whose signature, issuer, audience, type and times are right at call.now; `sub`, `iss`, `aud`, `exp` and
/// `iat` must be there. Errors: unauthenticated (invalid_token; the detail says why), or that of the key source.
Result<Verified<Claims>> verify_token(const Call& call, std::string_view token, const KeySource& keys, const TokenExpectations& expected);

/// `claims` is an object; the header is {alg, typ, kid}.
std::string sign_token(const RsaPrivateKey& key, std::string_view kid, std::string_view type, const Json& claims);

/// The keys of a JWKS document (RFC 7517) that sign by RS256, by kid; whatever else stands there is left out.
std::map<std::string, RsaPublicKey, std::less<>> keys_in(const Json& jwks);
/// The key as a member of a JWKS document (RFC 7517): {kty, use, alg, kid, n, e}.
Json to_jwk(const RsaPublicKey& key, std::string_view kid);

}  // namespace satchel
