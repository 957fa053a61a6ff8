// SPDX-License-Identifier: Apache-2.0
#include "satchel/objects/presigner.hpp"

#include <algorithm>

namespace satchel::objects {

Presigner::Presigner(PresignerOptions options) : options_(std::move(options)) {
  const std::string& url = options_.base_url;
  const std::size_t scheme = url.find("://");
  const std::size_t path = url.find('/', scheme == std::string::npos ? 0 : scheme + 3);
  origin_ = url.substr(0, path);
  path_ = path == std::string::npos ? "" : url.substr(path);
  while (path_.ends_with('/')) path_.pop_back();
  const std::string_view port = origin_.starts_with("https:") ? ":443" : ":80";
  if (origin_.ends_with(port)) origin_.resize(origin_.size() - port.size());
}

std::string Presigner::sign(std::string method, const ObjectKey& key, const Pairs& parameters, const Pairs& headers, Time now,
                            Duration lifetime) const {
  net::SigningRequest request{std::move(method), origin_, {path_ + '/' + options_.bucket + '/' + key.str(), {}}, {}};
  request.region = options_.region;
  std::ranges::copy_if(parameters, std::back_inserter(request.target.query), [](const auto& pair) { return !pair.second.empty(); });
  for (const auto& [name, value] : headers) request.fields.add(name, value);
  return net::presign(request, {options_.access_key, options_.secret}, now, lifetime, &keys_);
}

}  // namespace satchel::objects
