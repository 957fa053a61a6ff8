// SPDX-License-Identifier: Apache-2.0
// RSA signatures as JSON Web Tokens use them: RSASSA-PKCS1-v1_5 with SHA-256 (RS256, RFC 7518 section 3.3) and nothing else, over
// OpenSSL. A key is immutable, cheap to copy and may be used by any number of threads at once. Bytes are std::string.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>

struct evp_pkey_st;

namespace satchel {

/// Modulus and exponent, big-endian without leading zeros: what a JWK carries as base64url (RFC 7518 section 6.3.1).
struct RsaNumbers {
  std::string n;
  std::string e;
  bool operator==(const RsaNumbers&) const = default;
};

class RsaPublicKey {
 public:
  /// Empty where they are no key of 2048 to 8192 bits with an odd exponent from 3 to 2^32.
  static std::optional<RsaPublicKey> from(const RsaNumbers& numbers);
  RsaNumbers numbers() const;
  bool verifies(std::string_view bytes, std::string_view signature) const;

 private:
  friend class RsaPrivateKey;
  explicit RsaPublicKey(std::shared_ptr<evp_pkey_st> key) : key_(std::move(key)) {}
  std::shared_ptr<evp_pkey_st> key_;  // OpenSSL counts references to it in any case
};

class RsaPrivateKey {
 public:
  /// A new key of 2048 bits; takes some 100 ms.
  static RsaPrivateKey generate();
  /// PKCS#8, DER. Empty where it is none of RSA, or the key is smaller than 2048 bits.
  static std::optional<RsaPrivateKey> from_pkcs8(std::string_view der);
  /// The secret itself: only ever stored sealed.
  std::string pkcs8() const;
  std::string sign(std::string_view bytes) const;
  RsaPublicKey public_key() const;

 private:
  explicit RsaPrivateKey(std::shared_ptr<evp_pkey_st> key) : key_(std::move(key)) {}
  std::shared_ptr<evp_pkey_st> key_;
};

}  // namespace satchel
