// SPDX-License-Identifier: Apache-2.0
#include "satchel/aws/cloudfront_signer.hpp"

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <openssl/bio.h>
#include <openssl/ec.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/rsa.h>

#include "satchel/base/encoding.hpp"
#include "satchel/model/access.hpp"

namespace satchel::aws {
namespace {

using testing::EndsWith;
using testing::HasSubstr;
using testing::StartsWith;

using Pkey = std::shared_ptr<EVP_PKEY>;

Pkey made(EVP_PKEY* key) { return {key, &EVP_PKEY_free}; }

std::string pem_of(const Pkey& key, const EVP_CIPHER* cipher = nullptr) {
  const std::unique_ptr<BIO, decltype(&BIO_free)> text(BIO_new(BIO_s_mem()), &BIO_free);
  char phrase[] = "phrase";
  PEM_write_bio_PKCS8PrivateKey(text.get(), key.get(), cipher, cipher ? phrase : nullptr, cipher ? 6 : 0, nullptr, nullptr);
  char* bytes = nullptr;
  const long length = BIO_get_mem_data(text.get(), &bytes);
  return {bytes, static_cast<std::size_t>(length)};
}

std::string between(std::string_view text, std::string_view before, std::string_view after) {
  const std::size_t begin = text.find(before) + before.size();
  return std::string(text.substr(begin, text.find(after, begin) - begin));
}

/// As CloudFront does it: base64 out of the URL's letters, the policy made anew of the request, OpenSSL to verify.
bool verifies(const Pkey& key, std::string_view signed_url, std::string_view url, std::string_view expires) {
  std::string letters = between(signed_url, "&Signature=", "&");
  for (char& letter : letters) letter = letter == '-' ? '+' : letter == '_' ? '=' : letter == '~' ? '/' : letter;
  const auto signature = from_base64(letters);
  const std::string policy = fmt::format(R"({{"Statement":[{{"Resource":"{}","Condition":{{"DateLessThan":{{"AWS:EpochTime":{}}}}}}}]}})", url, expires);
  const std::unique_ptr<EVP_MD_CTX, decltype(&EVP_MD_CTX_free)> context(EVP_MD_CTX_new(), &EVP_MD_CTX_free);
  EVP_DigestVerifyInit(context.get(), nullptr, EVP_sha256(), nullptr, key.get());
  return signature && EVP_DigestVerify(context.get(), reinterpret_cast<const unsigned char*>(signature->data()), signature->size(),
                                       reinterpret_cast<const unsigned char*>(policy.data()), policy.size()) == 1;
}

const Time kEnd = from_millis(1'800'000'000'000);

TEST(CloudFrontSigner, SignsWithBothKindsOfKeysThatCloudFrontTakes) {
  for (const Pkey& key : {made(EVP_EC_gen("P-256")), made(EVP_RSA_gen(2048))}) {
    const auto signer = CloudFrontKey::from(pem_of(key), "K2JCJMDEHXQW5F");
    ASSERT_TRUE(signer);
    for (int n = 0; n < 20; ++n) {  // a signature by ECDSA is another one each time, and as long as it happens to be
      const std::string url = fmt::format("https://d1.cloudfront.net/blobs/01/{}?a=b%20c", n);
      const std::string made_url = signer->sign(url, kEnd);
      EXPECT_THAT(made_url, StartsWith(url + "&Expires=1800000000&Signature="));
      EXPECT_THAT(made_url, EndsWith("&Key-Pair-Id=K2JCJMDEHXQW5F&Hash-Algorithm=SHA256"));
      EXPECT_EQ(made_url.find_first_of("+/= ", url.size() + std::string_view("&Expires=1800000000&Signature=").size()), made_url.find("=K2JC"));
      EXPECT_TRUE(verifies(key, made_url, url, "1800000000"));
      EXPECT_FALSE(verifies(key, made_url, url + "x", "1800000000"));
      EXPECT_FALSE(verifies(key, made_url, url, "1800000001"));
    }
  }
}

TEST(CloudFrontSigner, AnAddressWithoutQueryGetsOne) {
  const auto signer = CloudFrontKey::from(pem_of(made(EVP_EC_gen("P-256"))), "K");
  EXPECT_THAT(signer->sign("https://d1.cloudfront.net/a", kEnd), StartsWith("https://d1.cloudfront.net/a?Expires="));
}

TEST(CloudFrontSigner, TakesNoOtherKeys) {
  EXPECT_FALSE(CloudFrontKey::from("", "K"));
  EXPECT_FALSE(CloudFrontKey::from("-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n", "K"));
  EXPECT_FALSE(CloudFrontKey::from(pem_of(made(EVP_EC_gen("P-384"))), "K"));
  EXPECT_FALSE(CloudFrontKey::from(pem_of(made(EVP_EC_gen("secp256k1"))), "K"));
  EXPECT_FALSE(CloudFrontKey::from(pem_of(made(EVP_RSA_gen(3072))), "K"));
  EXPECT_FALSE(CloudFrontKey::from(pem_of(made(EVP_EC_gen("P-256")), EVP_aes_256_cbc()), "K"));
  EXPECT_FALSE(CloudFrontKey::from(pem_of(made(EVP_EC_gen("P-256"))), ""));
}

TEST(CloudFrontSigner, DownloadsHaveNameTypeAndEndAndNeedAGrantToRead) {
  const Pkey key = made(EVP_EC_gen("P-256"));
  const auto downloads = cloudfront_downloads("https://d1.cloudfront.net", *CloudFrontKey::from(pem_of(key), "K"));
  const Call call{.now = kEnd - Duration{59'400}, .deadline = kEnd};
  const Resource entry{EntryId("entry"), {EntryId("root")}, SpaceId("space"), UserId("owner"), false};
  const DownloadTerms terms{.key = ObjectKey("blobs/01/x"), .file_name = "a & b.txt", .content_type = "text/plain"};

  const auto made_request = downloads->sign_download(call, *decide(System{}, Action::read, entry, call.now), terms);
  ASSERT_TRUE(made_request);
  EXPECT_EQ(made_request->method, "GET");
  EXPECT_EQ(made_request->expires, kEnd);  // 60.6 s, rounded down
  EXPECT_THAT(made_request->url, StartsWith("https://d1.cloudfront.net/blobs/01/x?response-content-disposition=attachment%3B%20filename"));
  EXPECT_THAT(made_request->url, HasSubstr("&response-content-type=text%2Fplain&Expires=1800000000&"));
  EXPECT_TRUE(verifies(key, made_request->url, made_request->url.substr(0, made_request->url.find("&Expires=")), "1800000000"));

  const auto refused = downloads->sign_download(call, *decide(System{}, Action::add, entry, call.now), terms);
  EXPECT_EQ(refused.error().code, ErrorCode::internal);
}

}  // namespace
}  // namespace satchel::aws
