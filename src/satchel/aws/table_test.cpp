// SPDX-License-Identifier: Apache-2.0
// What engines do not do by themselves: throttling, lost answers, transactions under way. The rest is in tests/contract.
#include "satchel/aws/table.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <set>

#include "satchel/aws/imposter.hpp"
#include "satchel/aws/object_store.hpp"
#include "satchel/memory/clock.hpp"
#include "satchel/memory/random.hpp"

namespace satchel::aws {
namespace {

using testing::HasSubstr;

Reply refusal(const std::string& type, int status = 400) { return {.status = status, .body = R"({"__type":"com.amazonaws.dynamodb.v20120810#)" + type + R"(","message":"No."})"}; }

Reply cancelled(std::vector<std::string> codes) {
  Json reasons = Json::array();
  for (const std::string& code : codes) reasons.push(Json::object({{"Code", code}}));
  return {.status = 400, .body = Json::object({{"__type", "com.amazonaws.dynamodb.v20120810#TransactionCanceledException"}, {"CancellationReasons", reasons}}).text()};
}

class DynamoDbTableTest : public testing::Test {
 protected:
  std::unique_ptr<Table> over(const Imposter& imposter) {
    return dynamodb_table({.endpoint = imposter.url(), .region = "eu-central-1", .table = "core", .credentials = fixed_credential({"AKID", "secret"})}, *clock_, random_);
  }
  Call call() const { return {clock_->now(), clock_->now() + std::chrono::seconds{20}}; }
  static std::string token(const Asked& asked) { return text_in(Json::parse(asked.body).value(), "ClientRequestToken"); }

  const Transaction two_{Put{{{"p", "a"}, {}}, Condition::absent()}, Put{{{"p", "b"}, {}}, Condition::absent()}};
  std::unique_ptr<Clock> clock_ = system_clock();
  SeededRandom random_{1};
};

TEST_F(DynamoDbTableTest, OneTokenForAllAttemptsOfAWriteAndAnotherForTheNextWrite) {
  Imposter imposter({refusal("ThrottlingException"), hang_up(), refusal("InternalServerError", 500), refusal("TransactionInProgressException"), {.body = "{}"}});
  const auto table = over(imposter);
  const auto outcome = table->write(call(), two_);
  ASSERT_TRUE(outcome) << outcome.error().message;
  EXPECT_TRUE(outcome->committed());
  ASSERT_TRUE(table->write(call(), two_));
  const auto asked = imposter.asked();
  ASSERT_EQ(asked.size(), 6u);
  EXPECT_FALSE(token(asked[0]).empty());
  EXPECT_LE(token(asked[0]).size(), 36u);
  for (std::size_t i = 1; i < 5; ++i) EXPECT_EQ(token(asked[i]), token(asked[0])) << i;
  EXPECT_NE(token(asked[5]), token(asked[0]));
}

// DynamoDB brings one that got stuck to its end when it is asked again five seconds later.
TEST_F(DynamoDbTableTest, AWriteThatIsUnderWayIsAskedForAgainUntilItIsKnown) {
  ManualClock clock;
  const auto over = [&](const Imposter& imposter) {
    return dynamodb_table({.endpoint = imposter.url(), .region = "eu-central-1", .table = "core", .credentials = fixed_credential({"AKID", "secret"})}, clock, random_);
  };
  const Call call{clock.now(), clock.now() + std::chrono::seconds{20}};
  Imposter stuck([&](const Asked&) { return clock.now() < call.now + std::chrono::seconds{5} ? refusal("TransactionInProgressException") : Reply{.body = "{}"}; });
  const auto outcome = over(stuck)->write(call, two_);
  ASSERT_TRUE(outcome) << outcome.error().message;
  EXPECT_TRUE(outcome->committed());
  std::set<std::string> tokens;
  for (const Asked& asked : stuck.asked()) tokens.insert(token(asked));
  EXPECT_EQ(tokens.size(), 1u);
  Imposter endless({refusal("TransactionInProgressException")});
  const auto unknown = over(endless)->write({clock.now(), clock.now() + std::chrono::seconds{20}}, two_);
  ASSERT_FALSE(unknown);
  EXPECT_EQ(unknown.error().code, ErrorCode::unavailable) << "it may have been written";
  EXPECT_THAT(unknown.error().message, HasSubstr("did not say what came of the call"));
  EXPECT_EQ(unknown.error().type, "") << "a function goes on trying";
}

TEST_F(DynamoDbTableTest, AWriteThatWasThrottledWithinIsTriedAgain) {
  for (const char* code : {"ThrottlingError", "ProvisionedThroughputExceeded"}) {
    Imposter imposter({cancelled({"None", code}), {.body = "{}"}});
    EXPECT_TRUE(over(imposter)->write(call(), two_)) << code;
    EXPECT_EQ(imposter.asked().size(), 2u);
  }
}

TEST_F(DynamoDbTableTest, AConflictIsForTheCallerAndAFailedConditionIsAnOutcome) {
  Imposter conflicting({cancelled({"TransactionConflict", "None"})});
  const auto conflict = over(conflicting)->write(call(), two_);
  EXPECT_EQ(conflict.error().code, ErrorCode::conflict);
  EXPECT_EQ(conflict.error().type, "") << "a function goes on trying";
  EXPECT_EQ(conflicting.asked().size(), 1u);
  Imposter failing({cancelled({"None", "ConditionalCheckFailed"})});
  EXPECT_EQ(over(failing)->write(call(), two_).value().failed, 1u);
}

TEST_F(DynamoDbTableTest, SaysByItsErrorsWhetherToGoOn) {
  struct Case {
    Reply reply;
    ErrorCode code;
    std::string type;
    std::size_t asked;
  };
  for (const Case& c : std::vector<Case>{{refusal("ProvisionedThroughputExceededException"), ErrorCode::too_many, "", 6},
                                         {refusal("InternalServerError", 500), ErrorCode::unavailable, "", 6},
                                         {refusal("IdempotentParameterMismatchException"), ErrorCode::internal, "IdempotentParameterMismatchException", 1},
                                         {refusal("AccessDeniedException"), ErrorCode::internal, "AccessDeniedException", 1},
                                         {refusal("ValidationException"), ErrorCode::invalid, "ValidationException", 1}}) {
    Imposter imposter({c.reply});
    const auto outcome = over(imposter)->write(call(), two_);
    ASSERT_FALSE(outcome);
    EXPECT_EQ(outcome.error().code, c.code) << c.reply.body;
    EXPECT_EQ(outcome.error().type, c.type);
    EXPECT_EQ(imposter.asked().size(), c.asked) << c.reply.body;
  }
  Imposter absent({refusal("ResourceNotFoundException")});
  EXPECT_THAT(over(absent)->get(call(), {"p", "s"}).error().message, HasSubstr("the table 'core' in eu-central-1. Check 'table' (SATCHEL_TABLE)"));
}

TEST_F(DynamoDbTableTest, ReadsAreTriedAgain) {
  Imposter imposter({refusal("ThrottlingException"), hang_up(), {.body = R"({"Item":{"pk":{"S":"p"},"sk":{"S":"s"},"n":{"N":"5"}}})"}});
  EXPECT_EQ(over(imposter)->get(call(), {"p", "s"}).value()->number("n"), 5);
}

Json key(const std::string& sort) { return Json::object({{"pk", Json::object({{"S", "p"}})}, {"sk", Json::object({{"S", sort}})}}); }

Reply batch(std::vector<std::string> came, std::vector<std::string> left) {
  Json items = Json::array(), keys = Json::array();
  for (const auto& sort : came) items.push(key(sort));
  for (const auto& sort : left) keys.push(key(sort));
  Json unprocessed = Json::object();
  if (!left.empty()) unprocessed.set("core", Json::object({{"Keys", keys}, {"ConsistentRead", true}}));
  return {.body = Json::object({{"Responses", Json::object({{"core", items}})}, {"UnprocessedKeys", unprocessed}}).text()};
}

TEST_F(DynamoDbTableTest, KeysThatWereLeftAreAskedForAgain) {
  Imposter imposter({batch({"a"}, {"b", "c"}), refusal("ThrottlingException"), batch({}, {"b", "c"}), batch({"c"}, {"b"}), batch({}, {})});
  const auto items = over(imposter)->batch_get(call(), {{"p", "c"}, {"p", "a"}, {"p", "b"}}).value();
  ASSERT_EQ(items.size(), 3u);
  EXPECT_EQ(items[0]->key.sort, "c");
  EXPECT_EQ(items[1]->key.sort, "a");
  EXPECT_FALSE(items[2]) << "is not there";
  EXPECT_EQ(imposter.asked().size(), 5u);
}

TEST_F(DynamoDbTableTest, KeysThatAreNeverReadEndInAnError) {
  Imposter imposter({batch({}, {"a"})});
  EXPECT_EQ(over(imposter)->batch_get(call(), {{"p", "a"}}).error().code, ErrorCode::too_many);
  EXPECT_EQ(imposter.asked().size(), 6u);
}

TEST(S3Retries, WhatPassesIsTriedAgainAndARefusedPreconditionIsNot) {
  const auto clock = system_clock();
  SeededRandom random{1};
  const auto head = [&](std::vector<Reply> replies, std::size_t& asked) {
    Imposter imposter(std::move(replies));
    const auto store = s3_object_store({.endpoint = imposter.url(), .region = "eu-central-1", .bucket = "files", .credentials = fixed_credential({"AKID", "secret"})}, nullptr, *clock, random);
    auto answer = store->begin({clock->now(), clock->now() + std::chrono::seconds{20}}, ObjectKey("k"), ChecksumAlgorithm::crc32c);
    asked = imposter.asked().size();
    return answer;
  };
  const auto error = [](int status, const std::string& code) { return Reply{.status = status, .body = "<Error><Code>" + code + "</Code></Error>"}; };
  const Reply done{.body = "<InitiateMultipartUploadResult><UploadId>u</UploadId></InitiateMultipartUploadResult>"};
  std::size_t asked = 0;
  EXPECT_EQ(head({error(503, "SlowDown"), error(503, "SlowDown"), done}, asked).value(), "u");
  EXPECT_EQ(asked, 3u);
  EXPECT_EQ(head({hang_up(), hang_up(), done}, asked).value(), "u");
  const auto busy = head({error(503, "SlowDown")}, asked);
  EXPECT_EQ(busy.error().code, ErrorCode::too_many);
  EXPECT_EQ(busy.error().type, "") << "a function goes on trying";
  EXPECT_EQ(asked, 4u);
  EXPECT_EQ(head({error(412, "PreconditionFailed")}, asked).error().code, ErrorCode::conflict);
  EXPECT_EQ(asked, 1u);
}

}  // namespace
}  // namespace satchel::aws
