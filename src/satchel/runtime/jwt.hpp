// SPDX-License-Identifier: Apache-2.0
// Signed tokens (RFC 7519 in the compact form of RFC 7515), strict: RS256 alone, the key named by `kid` and known before, never
// brought along by the token; 8 KiB at most; no member twice; no encryption. Claims exist only as Verified<Claims>, which only
// verify_token() makes, so nobody can use what was not checked. Any thread may call.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "satchel/base/result.hpp"
#include "satchel/base/rsa.hpp"
#include "satchel/base/time.hpp"
#include "satchel/ports/call.hpp"
#include "satchel/base/json.hpp"

namespace satchel {

/// Whose signatures count, by `kid`: keys in the process, or those of an issuer's JWKS document.
class KeySource {
 public:
  virtual ~KeySource() = default;
  /// Absence is not an error. Errors: unavailable, deadline_exceeded (the keys cannot be read now).
  virtual Result<std::optional<RsaPublicKey>> find(const Call& call, std::string_view kid) const = 0;
};

/// What a token must say to be taken.
struct TokenExpectations {
  std::string_view issuer;
  std::string_view audience;
  std::string_view type = "at+jwt";          // of the header; equal byte by byte
  Duration leeway = std::chrono::seconds{60};  // between two clocks
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

/// The key as a member of a JWKS document (RFC 7517): {kty, use, alg, kid, n, e}.
Json to_jwk(const RsaPublicKey& key, std::string_view kid);

}  // namespace satchel
