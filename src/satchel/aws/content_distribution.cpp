// SPDX-License-Identifier: Apache-2.0
#include "satchel/aws/content_distribution.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <optional>

#include "satchel/base/encoding.hpp"

namespace satchel::aws {
namespace {

constexpr std::string_view kBegin = "-----BEGIN PRIVATE KEY-----", kEnd = "-----END PRIVATE KEY-----";

/// Base64 without what means something in a URL, in CloudFront's own way.
std::string url_base64(std::string_view bytes) {
  std::string text = to_base64(bytes);
  for (char& c : text) c = c == '+' ? '-' : c == '=' ? '_' : c == '/' ? '~' : c;
  return text;
}

std::optional<std::string> der_of(std::string_view pem) {
  const std::size_t begin = pem.find(kBegin), end = pem.find(kEnd);
  if (begin == std::string_view::npos || end == std::string_view::npos || end < begin) return std::nullopt;
  std::string base64(pem.substr(begin + kBegin.size(), end - begin - kBegin.size()));
  std::erase_if(base64, [](char c) { return c == '\n' || c == '\r' || c == ' '; });
  return from_base64(base64);
}

}  // namespace

Result<RsaPrivateKey> distribution_key(std::string_view pem) {
  const auto der = der_of(pem);
  auto key = der ? RsaPrivateKey::from_pkcs8(*der) : std::nullopt;
  if (key) return *std::move(key);
  return fail(ErrorCode::invalid, "The key of the content distribution is no RSA key of 2048 bits in PKCS#8. Make one with: openssl genpkey -algorithm RSA -pkeyopt rsa_keygen_bits:2048");
}

std::string signed_url(const ContentDistribution& distribution, const net::Target& target, Time expires) {
  const std::string url = distribution.origin + net::encode_target(target);
  const auto end = std::chrono::floor<std::chrono::seconds>(expires.time_since_epoch()).count();
  // Byte by byte what CloudFront makes of the URL: this order and no blanks. An encoded URL has nothing that JSON would escape.
  const std::string policy = fmt::format(R"({{"Statement":[{{"Resource":"{}","Condition":{{"DateLessThan":{{"AWS:EpochTime":{}}}}}}}]}})", url, end);
  return fmt::format("{}{}Expires={}&Signature={}&Key-Pair-Id={}&Hash-Algorithm=SHA256", url, target.query.empty() ? '?' : '&', end, url_base64(distribution.key.sign(policy)), distribution.key_pair_id);
}

}  // namespace satchel::aws
