// SPDX-License-Identifier: Apache-2.0
#include "satchel/aws/cloudfront_signer.hpp"

#include <fmt/format.h>
#include <openssl/bio.h>
#include <openssl/ec.h>
#include <openssl/evp.h>
#include <openssl/pem.h>

#include <algorithm>
#include <cstdlib>
#include <utility>

#include "satchel/base/encoding.hpp"
#include "satchel/base/json.hpp"
#include "satchel/model/content_disposition.hpp"

namespace satchel::aws {
namespace {

constexpr int kCurveBits = 256, kRsaBits = 2048;

void require(bool condition) {
  if (!condition) std::abort();
}

/// CloudFront takes these two kinds and no others.
bool is_taken(const EVP_PKEY* key) {
  if (EVP_PKEY_is_a(key, "RSA") == 1) return EVP_PKEY_get_bits(key) == kRsaBits;
  char curve[32] = {};
  std::size_t length = 0;
  return EVP_PKEY_is_a(key, "EC") == 1 && EVP_PKEY_get_bits(key) == kCurveBits && EVP_PKEY_get_group_name(key, curve, sizeof curve, &length) == 1 &&
         std::string_view(curve, length) == "prime256v1";
}

/// Base64 whose letters stand in a URL as they are.
std::string url_letters(std::string text) {
  for (char& letter : text) {
    if (letter == '+') letter = '-';
    if (letter == '=') letter = '_';
    if (letter == '/') letter = '~';
  }
  return text;
}

std::string signature(EVP_PKEY* key, std::string_view text) {
  const std::unique_ptr<EVP_MD_CTX, decltype(&EVP_MD_CTX_free)> context(EVP_MD_CTX_new(), &EVP_MD_CTX_free);
  require(context && EVP_DigestSignInit(context.get(), nullptr, EVP_sha256(), nullptr, key) == 1);
  const auto* bytes = reinterpret_cast<const unsigned char*>(text.data());
  std::size_t length = 0;
  require(EVP_DigestSign(context.get(), nullptr, &length, bytes, text.size()) == 1);
  std::string made(length, '\0');
  require(EVP_DigestSign(context.get(), reinterpret_cast<unsigned char*>(made.data()), &length, bytes, text.size()) == 1);
  made.resize(length);
  return made;
}

class CloudFrontDownloads final : public DownloadSigner {
 public:
  CloudFrontDownloads(std::string content_url, CloudFrontKey key) : content_url_(std::move(content_url)), key_(std::move(key)) {}

  Result<SignedRequest> sign_download(const Call& call, const Grant& grant, const DownloadTerms& terms) const override {
    if (grant.action() != Action::read) return fail(ErrorCode::internal, "Something went wrong on our side.", "signing under a grant for another action");
    // Always a type of ours: what the uploader sent as the type is never sent on.
    const std::string type = terms.content_type.empty() ? "application/octet-stream" : terms.content_type;
    const std::string url = fmt::format("{}/{}?response-content-disposition={}&response-content-type={}", content_url_, terms.key.str(),
                                        percent_encode(content_disposition(terms.file_name, terms.inline_view)), percent_encode(type));
    const Time expires = std::chrono::floor<std::chrono::seconds>(call.now + terms.lifetime);
    return SignedRequest{.method = "GET", .url = key_.sign(url, expires), .headers = {}, .expires = expires};
  }

 private:
  std::string content_url_;
  CloudFrontKey key_;
};

}  // namespace

std::optional<CloudFrontKey> CloudFrontKey::from(std::string_view pem, std::string id) {
  const std::unique_ptr<BIO, decltype(&BIO_free)> text(BIO_new_mem_buf(pem.data(), static_cast<int>(pem.size())), &BIO_free);
  // A key under a pass phrase is none: nobody is there to be asked.
  const auto no_phrase = [](char*, int, int, void*) { return -1; };
  std::shared_ptr<EVP_PKEY> key(PEM_read_bio_PrivateKey(text.get(), nullptr, no_phrase, nullptr), &EVP_PKEY_free);
  if (!key || id.empty() || !is_taken(key.get())) return std::nullopt;
  return CloudFrontKey(std::move(key), std::move(id));
}

std::string CloudFrontKey::sign(std::string_view url, Time expires) const {
  const auto seconds = std::chrono::duration_cast<std::chrono::seconds>(expires.time_since_epoch()).count();
  // CloudFront makes the same text of the request and compares: no blank, this order.
  const std::string policy =
      fmt::format(R"({{"Statement":[{{"Resource":{},"Condition":{{"DateLessThan":{{"AWS:EpochTime":{}}}}}}}]}})", Json(url).text(), seconds);
  const char joint = url.contains('?') ? '&' : '?';
  return fmt::format("{}{}Expires={}&Signature={}&Key-Pair-Id={}&Hash-Algorithm=SHA256", url, joint, seconds, url_letters(to_base64(signature(key_.get(), policy))), id_);
}

std::unique_ptr<DownloadSigner> cloudfront_downloads(std::string content_url, CloudFrontKey key) {
  return std::make_unique<CloudFrontDownloads>(std::move(content_url), std::move(key));
}

}  // namespace satchel::aws
