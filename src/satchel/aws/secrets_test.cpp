// SPDX-License-Identifier: Apache-2.0
#include "satchel/aws/secrets.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <map>

#include "satchel/aws/imposter.hpp"
#include "satchel/base/encoding.hpp"
#include "satchel/memory/random.hpp"

namespace satchel::aws {
namespace {

using testing::HasSubstr;
using testing::Not;

Environment environment(std::map<std::string, std::string, std::less<>> values) {
  return [values = std::move(values)](std::string_view name) {
    const auto found = values.find(name);
    return found == values.end() ? std::nullopt : std::optional(found->second);
  };
}

class Secrets : public testing::Test {
 protected:
  Result<std::string> key_of(const Json& answer, std::string member = {}) {
    Imposter imposter({{.body = answer.text()}});
    return secret_at_imposter(imposter, std::move(member)).get(soon());
  }
  MasterKeySecret secret_at_imposter(const Imposter& imposter, std::string member = {}) {
    return MasterKeySecret({imposter.url(), "eu-central-1", "satchel/master-key", std::move(member), fixed_credential({"AKID", "secret"})}, *clock_, random_);
  }
  Time soon() const { return clock_->now() + std::chrono::seconds{20}; }

  const std::string bytes_ = std::string(31, 'k') + '\xff';
  const std::string text_ = to_base64(bytes_);
  std::unique_ptr<Clock> clock_ = system_clock();
  SeededRandom random_{1};
};

TEST_F(Secrets, AKeyIsTextAMemberOrBinary) {
  EXPECT_EQ(key_of(Json::object({{"SecretString", text_}})).value(), bytes_);
  EXPECT_EQ(key_of(Json::object({{"SecretString", text_ + "\n"}})).value(), bytes_);
  EXPECT_EQ(key_of(Json::object({{"SecretString", Json::object({{"master_key", text_}}).text()}})).value(), bytes_);
  EXPECT_EQ(key_of(Json::object({{"SecretString", Json::object({{"other", text_}}).text()}}), "other").value(), bytes_);
  EXPECT_EQ(key_of(Json::object({{"SecretBinary", text_}})).value(), bytes_);
}

TEST_F(Secrets, WhatIsNoKeyIsNamedAndNeverShown) {
  for (const auto& [answer, member] : std::vector<std::pair<Json, std::string>>{{Json::object({{"SecretString", "hunter2"}}), ""},
                                                                               {Json::object({{"SecretString", to_base64("hunter2")}}), ""},
                                                                               {Json::object({{"SecretString", R"({"key":"hunter2"})"}}), ""},
                                                                               {Json::object({{"SecretString", "hunter2"}}), "member"},
                                                                               {Json::object({{"SecretBinary", to_base64("hunter2")}}), ""},
                                                                               {Json::object(), ""}}) {
    const auto key = key_of(answer, member);
    ASSERT_FALSE(key);
    EXPECT_EQ(key.error().code, ErrorCode::internal);
    EXPECT_THAT(key.error().message, HasSubstr("satchel/master-key"));
    EXPECT_THAT(key.error().message, HasSubstr("SATCHEL_MASTER_KEY_SECRET"));
    EXPECT_THAT(key.error().message + key.error().detail, Not(HasSubstr("hunter2")));
  }
}

TEST_F(Secrets, IsAskedForOnceAndAgainAfterAnError) {
  Imposter imposter({{.status = 400, .body = R"({"__type":"AccessDeniedException"})"}, {.body = Json::object({{"SecretString", text_}}).text()}});
  MasterKeySecret secret = MasterKeySecret({imposter.url(), "eu-central-1", "satchel/master-key", "", fixed_credential({"AKID", "secret"})}, *clock_, random_);
  EXPECT_THAT(secret.get(soon()).error().message, HasSubstr("may not call secretsmanager:GetSecretValue on the secret 'satchel/master-key'"));
  EXPECT_EQ(secret.get(soon()).value(), bytes_);
  EXPECT_EQ(secret.get(soon()).value(), bytes_);
  EXPECT_EQ(imposter.asked().size(), 2u);
  EXPECT_EQ(imposter.asked().at(1).field("x-amz-target"), "secretsmanager.GetSecretValue");
  EXPECT_EQ(imposter.asked().at(1).body, R"({"SecretId":"satchel/master-key"})");
}

TEST_F(Secrets, AMissingOneIsNamed) {
  Imposter imposter({{.status = 400, .body = R"({"__type":"ResourceNotFoundException","Message":"Secrets Manager can't find the specified secret."})"}});
  const auto key = secret_at_imposter(imposter).get(soon());
  EXPECT_THAT(key.error().message, HasSubstr("no such thing as the secret 'satchel/master-key' in eu-central-1. Check SATCHEL_MASTER_KEY_SECRET"));
}

TEST(SecretAt, ReadsNamesAndArns) {
  const auto arn = secret_at("arn:aws:secretsmanager:eu-west-1:123456789012:secret:satchel-AbCdEf#key", environment({{"AWS_REGION", "us-west-2"}})).value();
  EXPECT_EQ(arn.region, "eu-west-1");
  EXPECT_EQ(arn.secret, "arn:aws:secretsmanager:eu-west-1:123456789012:secret:satchel-AbCdEf");
  EXPECT_EQ(arn.member, "key");
  EXPECT_EQ(arn.endpoint, "https://secretsmanager.eu-west-1.amazonaws.com");
  const auto name = secret_at("satchel/master-key", environment({{"AWS_DEFAULT_REGION", "us-west-2"}, {"AWS_ENDPOINT_URL", "http://127.0.0.1:1"}})).value();
  EXPECT_EQ(name.region, "us-west-2");
  EXPECT_EQ(name.endpoint, "http://127.0.0.1:1");
  EXPECT_THAT(secret_at("", environment({})).error().message, HasSubstr("SATCHEL_MASTER_KEY_SECRET"));
  EXPECT_THAT(secret_at("name", environment({})).error().message, HasSubstr("AWS_REGION"));
}

}  // namespace
}  // namespace satchel::aws
