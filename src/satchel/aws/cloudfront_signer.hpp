// SPDX-License-Identifier: Apache-2.0
// Addresses of downloads that CloudFront verifies by the public key of a key group (stack `edge`): canned policy, SHA-256, so one address and
// one end. Pure but for the key; immutable; any thread may call.
// Source: Amazon CloudFront Developer Guide, "Create a signed URL using a canned policy".
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "satchel/ports/object_store.hpp"

struct evp_pkey_st;

namespace satchel::aws {

class CloudFrontKey {
 public:
  /// `pem`: the private key, ECDSA P-256 (short signatures, quick) or RSA of 2048 bits; `id`: of the public key in CloudFront. Empty where it
  /// is none of them.
  static std::optional<CloudFrontKey> from(std::string_view pem, std::string id);
  /// `url` with "Expires", "Signature", "Key-Pair-Id" and "Hash-Algorithm" behind what it has. It has no fragment and is percent-encoded.
  std::string sign(std::string_view url, Time expires) const;

 private:
  CloudFrontKey(std::shared_ptr<evp_pkey_st> key, std::string id) : key_(std::move(key)), id_(std::move(id)) {}

  std::shared_ptr<evp_pkey_st> key_;  // OpenSSL counts references to it in any case
  std::string id_;
};

/// Downloads from the content distribution, "https://d111.cloudfront.net". The file's name and type go to S3 as its two response overrides,
/// which are in the distribution's cache key. Whole seconds, rounded down: the address ends no later than asked. Error: internal, under a grant
/// for anything but reading.
std::unique_ptr<DownloadSigner> cloudfront_downloads(std::string content_url, CloudFrontKey key);

}  // namespace satchel::aws
