// SPDX-License-Identifier: Apache-2.0
#include "apps/lambda/settings.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <map>

namespace satchel {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::Pair;

using Variables = std::map<std::string, std::string, std::less<>>;

Variables complete() {
  return {{"_HANDLER", "entries"},
          {"SATCHEL_TABLE", "dynamodb://satchel?region=eu-central-1"},
          {"SATCHEL_PUBLIC_URL", "https://files.example.org/"},
          {"SATCHEL_MASTER_KEY", "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8="}};
}

Result<LambdaSettings> read(const Variables& variables) {
  return lambda_settings([&](std::string_view name) {
    const auto found = variables.find(name);
    return found == variables.end() ? std::nullopt : std::optional(found->second);
  });
}

TEST(LambdaSettings, TakesWhatTheEnvironmentSaysAndFillsInTheRest) {
  Variables variables = complete();
  variables["SATCHEL_QUEUES"] = "ingest=https://sqs.example.org/1/a  removal=https://sqs.example.org/1/b";
  const auto settings = read(variables);
  ASSERT_TRUE(settings) << settings.error().message;
  EXPECT_EQ(settings->public_url, "https://files.example.org");
  EXPECT_EQ(settings->issuer, "https://files.example.org/auth");
  EXPECT_TRUE(settings->has_own_provider());
  EXPECT_EQ(settings->audience, std::vector<std::string>{"satchel"});
  EXPECT_EQ(settings->master_key.size(), 32u);
  EXPECT_EQ(settings->concurrency, 1);
  EXPECT_THAT(settings->queues, ElementsAre(Pair("ingest", "https://sqs.example.org/1/a"), Pair("removal", "https://sqs.example.org/1/b")));
}

TEST(LambdaSettings, NamesTheVariableThatIsMissingOrWrong) {
  struct Case {
    std::string variable, value;
  };
  const Case cases[] = {{"_HANDLER", ""},
                        {"SATCHEL_TABLE", ""},
                        {"SATCHEL_PUBLIC_URL", ""},
                        {"SATCHEL_PUBLIC_URL", "files.example.org"},
                        {"SATCHEL_PUBLIC_URL", "https://files.example.org/satchel"},
                        {"SATCHEL_MASTER_KEY", "AAEC"},
                        {"SATCHEL_MASTER_KEY", "no base64 at all"},
                        {"SATCHEL_QUEUES", "ingest"},
                        {"SATCHEL_QUEUES", "ingest=here"},
                        {"SATCHEL_QUEUES", "a=https://x.example/1 a=https://x.example/2"},
                        {"AWS_LAMBDA_MAX_CONCURRENCY", "0"},
                        {"SATCHEL_PROXIES", "many"},
                        {"SATCHEL_SELF_SIGNUP", "perhaps"},
                        {"SATCHEL_OBJECT_EVENTS", "sometimes"},
                        {"SATCHEL_UPLOAD_URL_LIFETIME", "2h"},
                        {"SATCHEL_ACCESS_TOKEN_LIFETIME", "2h"},
                        {"SATCHEL_ACCESS_TOKEN_LIFETIME", "soon"},
                        {"SATCHEL_AUDIENCE", " "},
                        {"SATCHEL_LOG_LEVEL", "loud"}};
  for (const auto& [variable, value] : cases) {
    Variables variables = complete();
    variables[variable] = value;
    const auto settings = read(variables);
    ASSERT_FALSE(settings) << variable << " = '" << value << "'";
    EXPECT_THAT(settings.error().message, HasSubstr(variable));
    EXPECT_EQ(settings.error().code, ErrorCode::invalid);
  }
}

TEST(LambdaSettings, WhetherStrangersComeAtFirstIsOneAnswerForAllThatAsk) {
  struct Case {
    std::string value;
    bool own, pool, other;
  };
  // A pool of ours takes nobody unasked unless that is said; an issuer of others decides by itself, as it does for `satchel serve --issuer`.
  for (const auto& [value, own, pool, other] : {Case{"", false, false, true}, {"no", false, false, false}, {"yes", false, true, true}}) {
    Variables variables = complete();
    variables["SATCHEL_SELF_SIGNUP"] = value;
    const auto settings = read(variables).value();
    EXPECT_EQ(open_at_first(settings, IssuerKind::own), own) << value;
    EXPECT_EQ(open_at_first(settings, IssuerKind::pool), pool) << value;
    EXPECT_EQ(open_at_first(settings, IssuerKind::other), other) << value;
  }
}

TEST(LambdaSettings, TakesAMasterKeyOrTheSecretThatHoldsIt) {
  Variables variables = complete();
  EXPECT_EQ(read(variables)->master_key.size(), 32U);
  variables.erase("SATCHEL_MASTER_KEY");
  variables["SATCHEL_MASTER_KEY_SECRET"] = "satchel/master-key";
  EXPECT_EQ(read(variables)->master_key_secret, "satchel/master-key");
}

}  // namespace
}  // namespace satchel
