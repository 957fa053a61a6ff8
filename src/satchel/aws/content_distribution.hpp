// SPDX-License-Identifier: Apache-2.0
// Signed URLs of the CloudFront distribution that serves people's files from an origin of its own. Pure; any thread may call.
// Source: Amazon CloudFront Developer Guide, "Create a signed URL using a canned policy".
#pragma once

#include <string>
#include <string_view>

#include "satchel/base/result.hpp"
#include "satchel/base/rsa.hpp"
#include "satchel/base/time.hpp"
#include "satchel/net/sigv4.hpp"

namespace satchel::aws {

struct ContentDistribution {
  std::string origin;       // "https://content.example.net"
  std::string key_pair_id;  // of the public key in the distribution's key group: "K2JCJMDEHXQW5F"
  RsaPrivateKey key;
};

/// The private key as Secrets Manager keeps it: PKCS#8 in PEM, RSA of 2048 bits. Error: invalid, with a sentence that says how to make one.
Result<RsaPrivateKey> distribution_key(std::string_view pem);

/// CloudFront refuses to start after `expires`, in whole seconds, and refuses any other target.
std::string signed_url(const ContentDistribution& distribution, const net::Target& target, Time expires);

}  // namespace satchel::aws
