// SPDX-License-Identifier: Apache-2.0
// The few cryptographic operations of Satchel, over OpenSSL, which nobody else sees. All bytes are std::string.
// An empty key never signs, verifies, seals or opens: that is a defect and ends the process.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace satchel {

std::string sha256(std::string_view bytes);                                 // 32 bytes
std::string sha1(std::string_view bytes);                                   // 20 bytes; TOTP and S3 checksums only
std::string md5(std::string_view bytes);                                    // 16 bytes; S3 ETags only
std::string hmac_sha256(std::string_view key, std::string_view bytes);      // RFC 2104

/// A sub-key for one purpose (HKDF-SHA-256, RFC 5869): never one key for two uses. 32 bytes.
std::string derive_key(std::string_view master, std::string_view label);

/// AES-256-GCM with a random nonce in front; `context` is authenticated, not stored. The key has 32 bytes.
std::string seal(std::string_view key, std::string_view plain, std::string_view context);
/// Empty where the key, the context or a single bit is another.
std::optional<std::string> open_sealed(std::string_view key, std::string_view sealed, std::string_view context);

/// Takes the same time wherever they differ. Of unequal length: false.
bool equal_constant_time(std::string_view a, std::string_view b);

}  // namespace satchel
