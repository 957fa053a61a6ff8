// SPDX-License-Identifier: Apache-2.0
#include "apps/lambda/installation.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <map>

#include "apps/lambda/handlers.hpp"
#include "satchel/memory/clock.hpp"
#include "satchel/memory/random.hpp"

namespace satchel {
namespace {

using testing::HasSubstr;

constexpr auto kQueue = "https://sqs.eu-central-1.amazonaws.com/1/q";

class Handlers : public testing::Test {
 protected:
  Result<std::unique_ptr<LambdaInstallation>> open(const std::string& handler) {
    settings_.handler = handler;
    return LambdaInstallation::open(settings_, {clock_, random_, *logger_, environment_});
  }
  static std::set<std::string> groups_with_consumers() {
    std::set<std::string> groups;
    for (const Row& row : all_rows()) {
      if (std::holds_alternative<OnEvent>(row.trigger)) groups.emplace(row.group);
    }
    return groups;
  }

  LambdaSettings settings_{.table = "dynamodb://satchel", .objects = "s3://bucket", .public_url = "https://files.example.org", .issuer = "https://files.example.org/auth",
                           .audience = {"satchel"}, .master_key = std::string(32, 'k'), .quota = 1'000};
  std::map<std::string, std::string, std::less<>> variables_{{"AWS_REGION", "eu-central-1"}, {"AWS_ACCESS_KEY_ID", "a"}, {"AWS_SECRET_ACCESS_KEY", "b"}};
  aws::Environment environment_ = [this](std::string_view name) {
    const auto found = variables_.find(name);
    return found == variables_.end() ? std::nullopt : std::optional(found->second);
  };
  ManualClock clock_;
  SeededRandom random_{1};
  std::unique_ptr<Logger> logger_ = null_logger();
};

TEST_F(Handlers, EveryGroupOfTheRegistriesAndWhatHasNoRowsCanStart) {
  for (const std::string& group : groups_with_consumers()) settings_.queues.emplace(group, kQueue);
  std::set<std::string> names{"authorizer", "cognito", "fanout"};
  for (const Row& row : all_rows()) names.emplace(row.group);
  EXPECT_GE(names.size(), 14u);
  for (const std::string& name : names) {
    const auto opened = open(name);
    EXPECT_TRUE(opened) << name << ": " << opened.error().message;
    EXPECT_THAT(handler_names(), HasSubstr(name));
  }
}

TEST_F(Handlers, AnUnknownOneIsToldWhatThereIs) {
  const auto opened = open("entrys");
  ASSERT_FALSE(opened);
  EXPECT_THAT(opened.error().message, HasSubstr("'entrys'"));
  EXPECT_THAT(opened.error().message, HasSubstr("authorizer, cognito, downloads, entries, fanout"));
}

TEST_F(Handlers, AFanOutWantsAQueueForEachGroupWithConsumers) {
  for (const std::string& group : groups_with_consumers()) {
    const auto opened = open("fanout");
    ASSERT_FALSE(opened);
    EXPECT_THAT(opened.error().message, HasSubstr("SATCHEL_QUEUES: the group '" + group + "'"));
    settings_.queues.emplace(group, kQueue);
  }
  EXPECT_TRUE(open("fanout"));
}

TEST_F(Handlers, WhoSealsNothingNeedsNoMasterKey) {
  settings_.master_key.clear();
  EXPECT_TRUE(open("entries"));
  for (const char* sealing : {"account", "people", "authorizer"}) EXPECT_THAT(open(sealing).error().message, HasSubstr("SATCHEL_MASTER_KEY_SECRET: it is not set")) << sealing;
}

TEST_F(Handlers, WhatIsMissingIsNamed) {
  settings_.objects.clear();
  EXPECT_THAT(open("uploads").error().message, HasSubstr("SATCHEL_OBJECTS"));
  EXPECT_TRUE(open("authorizer")) << "it signs nothing";
  settings_.objects = "s3://b";
  EXPECT_THAT(open("uploads").error().message, HasSubstr("SATCHEL_OBJECTS"));
  settings_.table = "satchel";
  EXPECT_THAT(open("uploads").error().message, HasSubstr("SATCHEL_TABLE"));
}

}  // namespace
}  // namespace satchel
