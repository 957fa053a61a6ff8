// SPDX-License-Identifier: Apache-2.0
// What needs the master key: keyed hashes of tokens, seals of secrets at rest, hashes of passwords. Any thread may call.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "satchel/base/result.hpp"
#include "satchel/ports/call.hpp"

namespace satchel {

class Vault {
 public:
  virtual ~Vault() = default;
  /// HMAC-SHA-256 under a key of this purpose alone, as base64url: how tokens are stored and found.
  virtual std::string keyed_hash(std::string_view purpose, std::string_view token) const = 0;
  /// AEAD under a key of this purpose, bound to `context` (the record's id); base64url.
  virtual std::string seal(std::string_view purpose, std::string_view plain, std::string_view context) const = 0;
  virtual std::optional<std::string> open(std::string_view purpose, std::string_view sealed, std::string_view context) const = 0;
};

/// The Vault over a master key (32 bytes) that the process holds; where it comes from is the adapter's part.
std::unique_ptr<Vault> vault_over(std::string master_key);

class PasswordHasher {
 public:
  virtual ~PasswordHasher() = default;
  /// A PHC string with its parameters (Argon2id). Slow by design; at most a core's worth at once. Errors: too_many (the queue is
  /// full or the deadline would pass), invalid (over 1,024 bytes).
  virtual Result<std::string> hash(const Call& call, std::string_view password) = 0;
  /// Whether it fits. An empty hash costs the same time and never fits: for accounts that do not exist.
  virtual Result<bool> verify(const Call& call, std::string_view hash, std::string_view password) = 0;
  /// Whether hash() would use the same parameters today; where not, a password that fits is hashed anew.
  virtual bool is_current(std::string_view hash) const { return !hash.empty(); }
};

}  // namespace satchel
