// SPDX-License-Identifier: Apache-2.0
// A vault whose key is no secret, and a password hash that takes no time. For tests alone: what they make protects nothing.
#pragma once

#include <memory>

#include "satchel/ports/vault.hpp"

namespace satchel {

/// Real HMAC and AEAD, under a key that stands in the source.
std::unique_ptr<Vault> memory_vault();

/// One SHA-256 over a fixed salt: fast and obviously not secret. Its hashes begin with "$not-secret$", so that no other
/// hasher takes them.
std::unique_ptr<PasswordHasher> memory_password_hasher();

}  // namespace satchel
