// SPDX-License-Identifier: Apache-2.0
// A cryptographic hash of bytes that come piece by piece; crypto.hpp has those of bytes at hand. One thread at a time.
#pragma once

#include <cstddef>
#include <memory>
#include <span>
#include <string>

namespace satchel {

class Digest {
 public:
  static Digest sha256();
  static Digest md5();  // Content-MD5 and S3 ETags only

  void update(std::span<const std::byte> bytes);
  /// Once: 32 or 16 bytes.
  std::string finish();

 private:
  explicit Digest(const void* algorithm);
  std::shared_ptr<void> state_;  // OpenSSL's; shared only for its deleter
};

}  // namespace satchel
