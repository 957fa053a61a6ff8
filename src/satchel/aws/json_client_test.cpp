// SPDX-License-Identifier: Apache-2.0
#include "satchel/aws/json_client.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "satchel/aws/imposter.hpp"
#include "satchel/memory/random.hpp"

namespace satchel::aws {
namespace {

using testing::HasSubstr;

class JsonClientTest : public testing::Test {
 protected:
  JsonClient client_to(const Imposter& imposter) {
    return JsonClient({.service = {"dynamodb", imposter.url(), "eu-central-1", fixed_credential({"AKID", "secret", "session"})},
                       .target = "DynamoDB_20120810",
                       .version = "1.0",
                       .subject = "the table 'core'",
                       .setting = "SATCHEL_TABLE",
                       .codes = {}},
                      *clock_, random_);
  }
  Time soon() const { return clock_->now() + std::chrono::seconds{20}; }

  static Reply refusal(std::string type, int status = 400) { return {.status = status, .body = R"({"__type":"com.amazonaws.x#)" + type + R"(","message":"No."})"}; }

  std::unique_ptr<Clock> clock_ = system_clock();
  SeededRandom random_{1};
};

TEST_F(JsonClientTest, SendsOneSignedPost) {
  Imposter imposter({{.body = R"({"Items":[{"n":1.5}],"Name":"x"})"}});
  const auto answer = client_to(imposter).call({.operation = "Query", .body = Json::object({{"TableName", "core"}})}, soon());
  ASSERT_TRUE(answer) << answer.error().message;
  EXPECT_EQ(text_in(*answer, "Name"), "x");
  EXPECT_EQ(list_in(*answer, "Items").size(), 1u);
  const Asked asked = imposter.asked().at(0);
  EXPECT_EQ(asked.method, "POST");
  EXPECT_EQ(asked.target, "/");
  EXPECT_EQ(asked.body, R"({"TableName":"core"})");
  EXPECT_EQ(asked.field("content-type"), "application/x-amz-json-1.0");
  EXPECT_EQ(asked.field("x-amz-target"), "DynamoDB_20120810.Query");
  EXPECT_EQ(asked.field("x-amz-security-token"), "session");
  EXPECT_THAT(asked.field("authorization"), HasSubstr("/eu-central-1/dynamodb/aws4_request"));
}

TEST_F(JsonClientTest, TriesAgainWhatWasThrottledTwice) {
  for (const char* type : {"ThrottlingException", "ProvisionedThroughputExceededException", "RequestLimitExceeded", "TooManyRequestsException"}) {
    Imposter imposter({refusal(type), refusal(type), {.body = "{}"}});
    EXPECT_TRUE(client_to(imposter).call({.operation = "GetItem", .body = Json::object()}, soon())) << type;
    EXPECT_EQ(imposter.asked().size(), 3u) << type;
    EXPECT_EQ(imposter.connections(), 1u) << "a refusal is no reason to hang up";
  }
}

TEST_F(JsonClientTest, TriesAgainWhereTheServiceFailsOrHangsUpBeforeItsAnswer) {
  Imposter failing({refusal("InternalServerError", 500), {.status = 503, .body = "<html>busy</html>"}, {.body = "{}"}});
  EXPECT_TRUE(client_to(failing).call({.operation = "GetItem", .body = Json::object()}, soon()));
  EXPECT_EQ(failing.asked().size(), 3u);
  Imposter hanging({hang_up(), hang_up(), {.body = "{}"}});
  EXPECT_TRUE(client_to(hanging).call({.operation = "GetItem", .body = Json::object()}, soon()));
  EXPECT_EQ(hanging.asked().size(), 3u);
}

TEST_F(JsonClientTest, ASilentAttemptLeavesTimeForAnother) {
  Imposter imposter({silence(), {.body = "{}"}});
  const auto answer = client_to(imposter).call({.operation = "GetItem", .body = Json::object(), .patience = Duration{100}}, soon());
  EXPECT_TRUE(answer) << answer.error().message;
  EXPECT_EQ(imposter.connections(), 2u) << "a late answer must not be taken for the next one";
}

TEST_F(JsonClientTest, EndsAtTheDeadline) {
  Imposter imposter({silence()});
  const auto answer = client_to(imposter).call({.operation = "GetItem", .body = Json::object()}, clock_->now() + Duration{100});
  EXPECT_EQ(answer.error().code, ErrorCode::deadline_exceeded);
  EXPECT_EQ(imposter.asked().size(), 1u);
}

TEST_F(JsonClientTest, DoesNotRepeatWhatMayHaveBeenDoneWhereThatCounts) {
  Imposter hanging({hang_up(), {.body = "{}"}});
  EXPECT_EQ(client_to(hanging).call({.operation = "SendEmail", .body = Json::object(), .repeat = Repeat::refusals}, soon()).error().code, ErrorCode::unavailable);
  EXPECT_EQ(hanging.asked().size(), 1u);
  Imposter throttling({refusal("ThrottlingException"), {.body = "{}"}});
  EXPECT_TRUE(client_to(throttling).call({.operation = "SendEmail", .body = Json::object(), .repeat = Repeat::refusals}, soon()));
}

TEST_F(JsonClientTest, SaysWhatToChange) {
  struct Case {
    std::string type;
    ErrorCode code;
    std::string sentence;
  };
  for (const Case& c : std::vector<Case>{
           {"AccessDeniedException", ErrorCode::internal, "may not call dynamodb:GetItem on the table 'core'"},
           {"UnrecognizedClientException", ErrorCode::internal, "AWS_ACCESS_KEY_ID"},
           {"ResourceNotFoundException", ErrorCode::internal, "no such thing as the table 'core' in eu-central-1. Check SATCHEL_TABLE"},
           {"ThrottlingException", ErrorCode::too_many, "The table 'core' is busy"},
           {"ValidationException", ErrorCode::invalid, "The table 'core' did not take the call (ValidationException)"},
           {"SomethingNew", ErrorCode::internal, "(SomethingNew)"}}) {
    Imposter imposter({refusal(c.type)});
    const auto answer = client_to(imposter).once({.operation = "GetItem", .body = Json::object()}, soon());
    ASSERT_FALSE(answer);
    EXPECT_EQ(answer.error().code, c.code) << c.type;
    EXPECT_EQ(answer.error().type, c.type);
    EXPECT_THAT(answer.error().message, HasSubstr(c.sentence));
    EXPECT_THAT(answer.error().detail, HasSubstr("No."));
  }
}

TEST_F(JsonClientTest, ReadsTheErrorsOfRest) {
  Imposter imposter({{.status = 404, .body = R"({"message":"gone"})", .fields = {{"x-amzn-ErrorType", "NotFoundException:http://internal.amazon.com/coral/"}}}});
  const auto answer = client_to(imposter).once({.operation = "SendEmail", .body = Json::object(), .path = "/v2/email/outbound-emails"}, soon());
  EXPECT_EQ(answer.error().type, "NotFoundException");
  EXPECT_EQ(imposter.asked().at(0).target, "/v2/email/outbound-emails");
}

TEST_F(JsonClientTest, TakesNoAnswerThatIsNoDocument) {
  Imposter imposter({{.body = "<html>"}});
  EXPECT_FALSE(client_to(imposter).once({.operation = "GetItem", .body = Json::object()}, soon()));
}

}  // namespace
}  // namespace satchel::aws
