// SPDX-License-Identifier: Apache-2.0
// Signs URLs of the endpoint with one access key, for whoever hands them out. Signing calls nobody. Any thread may call.
#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "satchel/base/time.hpp"
#include "satchel/model/ids.hpp"
#include "satchel/net/sigv4.hpp"

namespace satchel::objects {

struct PresignerOptions {
  std::string base_url = "http://localhost:8420/objects";  // as clients reach the endpoint
  std::string bucket = "satchel";
  std::string region = "us-east-1";
  std::string access_key;
  std::string secret;  // must not be empty
};

class Presigner {
 public:
  using Pairs = std::vector<std::pair<std::string, std::string>>;

  explicit Presigner(PresignerOptions options);
  /// The URL; whoever uses it has to send `headers` (lower case names) exactly so. Parameters without a value are left out.
  std::string sign(std::string method, const ObjectKey& key, const Pairs& parameters, const Pairs& headers, Time now, Duration lifetime) const;

 private:
  PresignerOptions options_;
  std::string origin_;  // without the port where it is the scheme's, as clients write Host
  std::string path_;
  mutable net::SigningKeys keys_;
};

}  // namespace satchel::objects
