// SPDX-License-Identifier: Apache-2.0
#include "satchel/aws/content_distribution.hpp"

#include <gtest/gtest.h>

#include "satchel/base/encoding.hpp"

namespace satchel::aws {
namespace {

const Time kEnd = Time{} + std::chrono::milliseconds{1'767'290'400'900};

std::string pem_of(const RsaPrivateKey& key) {
  std::string text = to_base64(key.pkcs8()), lines;
  for (std::size_t at = 0; at < text.size(); at += 64) lines += text.substr(at, 64) + '\n';
  return "-----BEGIN PRIVATE KEY-----\n" + lines + "-----END PRIVATE KEY-----\n";
}

std::string bytes_of(std::string text) {
  for (char& c : text) c = c == '-' ? '+' : c == '_' ? '=' : c == '~' ? '/' : c;
  return from_base64(text).value_or("");
}

TEST(ContentDistribution, SignsThePolicyThatCloudFrontMakesOfTheUrl) {
  const RsaPrivateKey key = RsaPrivateKey::generate();
  const auto read = distribution_key(pem_of(key));
  ASSERT_TRUE(read) << read.error().message;
  const ContentDistribution distribution{"https://content.example.net", "K2JCJMDEHXQW5F", *read};
  const std::string url = signed_url(distribution, {"/ab/cd", {{"response-content-type", "text/plain; charset=utf-8"}}}, kEnd);

  const std::string base = "https://content.example.net/ab/cd?response-content-type=text%2Fplain%3B%20charset%3Dutf-8";
  const std::string before = base + "&Expires=1767290400&Signature=", after = "&Key-Pair-Id=K2JCJMDEHXQW5F&Hash-Algorithm=SHA256";
  ASSERT_TRUE(url.starts_with(before)) << url;
  ASSERT_TRUE(url.ends_with(after)) << url;
  const std::string signature = bytes_of(url.substr(before.size(), url.size() - before.size() - after.size()));
  const std::string policy = R"({"Statement":[{"Resource":")" + base + R"(","Condition":{"DateLessThan":{"AWS:EpochTime":1767290400}}}]})";
  EXPECT_TRUE(key.public_key().verifies(policy, signature));
}

TEST(ContentDistribution, HasNothingInTheSignatureThatAUrlWouldTakeForSyntax) {
  const ContentDistribution distribution{"https://content.example.net", "K1", RsaPrivateKey::generate()};
  for (int i = 0; i < 20; ++i) {
    const std::string url = signed_url(distribution, {"/" + std::to_string(i), {}}, kEnd);
    EXPECT_NE(url.find("?Expires="), std::string::npos);
    const std::size_t at = url.find("Signature=") + 10;
    EXPECT_EQ(url.substr(at, url.find('&', at) - at).find_first_of("+/="), std::string::npos) << url;
  }
}

TEST(ContentDistribution, SaysWhatKeyItWants) {
  const std::string good = pem_of(RsaPrivateKey::generate());
  for (const std::string& pem : {std::string(), std::string("-----END PRIVATE KEY-----\n-----BEGIN PRIVATE KEY-----"), good.substr(0, good.size() / 2), std::string("-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----")}) {
    const auto read = distribution_key(pem);
    ASSERT_FALSE(read);
    EXPECT_NE(read.error().message.find("openssl genpkey"), std::string::npos);
  }
}

}  // namespace
}  // namespace satchel::aws
