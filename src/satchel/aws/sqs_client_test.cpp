// SPDX-License-Identifier: Apache-2.0
#include "satchel/aws/sqs_client.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <map>

#include "satchel/aws/imposter.hpp"
#include "satchel/memory/random.hpp"

namespace satchel::aws {
namespace {

using testing::HasSubstr;

const std::string kQueue = "https://sqs.eu-central-1.amazonaws.com/123456789012/ingest";

std::vector<NewMessage> messages_of(const std::vector<std::string>& bodies) {
  std::vector<NewMessage> messages;
  for (const std::string& body : bodies) messages.push_back({body});
  return messages;
}

Json body_of(const Asked& asked) { return Json::parse(asked.body).value(); }

/// A queue that keeps what it takes; `refuse` says of a body how often it is put off before, or refused for good.
struct Queue {
  enum class Word { take, later, never };
  std::function<Word(const std::string& body, int attempt)> judge = [](const std::string&, int) { return Word::take; };
  std::vector<std::string> taken = {};
  std::map<std::string, int> attempts = {};

  Reply operator()(const Asked& asked) {
    Json successful = Json::array(), failed = Json::array();
    const Json body = body_of(asked);
    for (const Json& entry : list_in(body, "Entries")) {
      const std::string content = text_in(entry, "MessageBody");
      const Word word = judge(content, attempts[content]++);
      if (word == Word::take) {
        taken.push_back(content);
        successful.push(Json::object({{"Id", text_in(entry, "Id")}}));
      } else {
        failed.push(Json::object({{"Id", text_in(entry, "Id")}, {"SenderFault", word == Word::never}, {"Code", word == Word::never ? "InvalidMessageContents" : "InternalError"}}));
      }
    }
    return {.body = Json::object({{"Successful", successful}, {"Failed", failed}}).text()};
  }
};

class SqsClientTest : public testing::Test {
 protected:
  SqsClient client_to(const Imposter& imposter) { return SqsClient({imposter.url(), "eu-central-1", fixed_credential({"AKID", "secret"})}, *clock_, random_); }
  Time soon() const { return clock_->now() + std::chrono::seconds{20}; }

  std::unique_ptr<Clock> clock_ = system_clock();
  SeededRandom random_{1};
};

TEST_F(SqsClientTest, SendsBatchesOfTenAndOf256Kibibytes) {
  Queue queue;
  Imposter imposter(std::ref(queue));
  std::vector<std::string> bodies;
  for (int i = 0; i < 23; ++i) bodies.push_back("m" + std::to_string(i));
  for (int i = 0; i < 3; ++i) bodies.push_back(std::string(120 * 1024, static_cast<char>('a' + i)));
  bodies.push_back(std::string(600 * 1024, 'x'));
  for (const auto& outcome : client_to(imposter).send(kQueue, messages_of(bodies), soon())) EXPECT_TRUE(outcome) << outcome.error().message;
  EXPECT_EQ(queue.taken, bodies);
  for (const Asked& asked : imposter.asked()) {
    const Json body = body_of(asked);
    EXPECT_EQ(text_in(body, "QueueUrl"), kQueue);
    EXPECT_LE(list_in(body, "Entries").size(), 10u);
    std::size_t bytes = 0;
    for (const Json& entry : list_in(body, "Entries")) bytes += text_in(entry, "MessageBody").size();
    EXPECT_TRUE(bytes <= 256 * 1024 || list_in(body, "Entries").size() == 1) << bytes;
  }
  EXPECT_EQ(imposter.asked().size(), 5u);
}

TEST_F(SqsClientTest, PutsOffWhatIsForLater) {
  Queue queue;
  Imposter imposter(std::ref(queue));
  for (const auto& outcome : client_to(imposter).send(kQueue, {{"now"}, {"later", Duration{1'500}}}, soon())) EXPECT_TRUE(outcome);
  const Json body = body_of(imposter.asked().at(0));
  EXPECT_EQ(list_in(body, "Entries")[0].find("DelaySeconds"), nullptr);
  const Json* delay = list_in(body, "Entries")[1].find("DelaySeconds");
  ASSERT_NE(delay, nullptr);
  EXPECT_EQ(*delay->as<std::int64_t>(), 2) << "not before its time";
}

TEST_F(SqsClientTest, TriesAgainWhatWasNotTakenAndNothingElse) {
  Queue queue{.judge = [](const std::string& body, int attempt) {
    if (body == "bad") return Queue::Word::never;
    return body == "slow" && attempt < 2 ? Queue::Word::later : Queue::Word::take;
  }};
  Imposter imposter(std::ref(queue));
  const auto outcomes = client_to(imposter).send(kQueue, messages_of({"good", "slow", "bad", "", std::string(1024 * 1024 + 1, 'x')}), soon());
  EXPECT_TRUE(outcomes.at(0));
  EXPECT_TRUE(outcomes.at(1));
  EXPECT_EQ(outcomes.at(2).error().code, ErrorCode::invalid);
  EXPECT_EQ(outcomes.at(2).error().type, "InvalidMessageContents");
  EXPECT_EQ(outcomes.at(3).error().code, ErrorCode::invalid);
  EXPECT_EQ(outcomes.at(4).error().code, ErrorCode::too_large);
  EXPECT_EQ(queue.taken, (std::vector<std::string>{"good", "slow"}));
  EXPECT_EQ(queue.attempts, (std::map<std::string, int>{{"bad", 1}, {"good", 1}, {"slow", 3}}));
}

TEST_F(SqsClientTest, SaysWhichMessagesWereNeverTaken) {
  Queue queue{.judge = [](const std::string& body, int) { return body == "stuck" ? Queue::Word::later : Queue::Word::take; }};
  Imposter imposter(std::ref(queue));
  const auto outcomes = client_to(imposter).send(kQueue, messages_of({"stuck", "good"}), soon());
  EXPECT_EQ(outcomes.at(0).error().code, ErrorCode::too_many);
  EXPECT_TRUE(outcomes.at(1));
  EXPECT_EQ(queue.attempts.at("stuck"), 4);
}

TEST_F(SqsClientTest, NamesTheQueueThatIsNotThere) {
  Imposter imposter({{.status = 400, .body = R"({"__type":"com.amazonaws.sqs#QueueDoesNotExist","message":"The specified queue does not exist."})"}});
  const auto outcomes = client_to(imposter).send(kQueue, messages_of({"a", "b"}), soon());
  for (const auto& outcome : outcomes) {
    EXPECT_EQ(outcome.error().code, ErrorCode::internal);
    EXPECT_THAT(outcome.error().message, HasSubstr(kQueue));
  }
  EXPECT_EQ(imposter.asked().size(), 1u);
}

TEST_F(SqsClientTest, ReceivesWithALongPollWithinTheDeadline) {
  Imposter imposter({{.body = R"({"Messages":[{"MessageId":"m1","ReceiptHandle":"r1","Body":"{}","Attributes":{"ApproximateReceiveCount":"3"}}]})"}, {.body = "{}"}});
  const SqsClient client = client_to(imposter);
  const auto messages = client.receive(kQueue, 64, std::chrono::seconds{60}, clock_->now() + std::chrono::minutes{5}).value();
  ASSERT_EQ(messages.size(), 1u);
  EXPECT_EQ(messages[0].id, "m1");
  EXPECT_EQ(messages[0].receipt, "r1");
  EXPECT_EQ(messages[0].deliveries, 3);
  EXPECT_TRUE(client.receive(kQueue, 1, std::chrono::seconds{60}, clock_->now() + Duration{4'900}).value().empty());
  EXPECT_TRUE(client.receive(kQueue, 1, std::chrono::seconds{60}, clock_->now() + Duration{800}).value().empty());
  const auto asked = imposter.asked();
  EXPECT_EQ(*body_of(asked[0]).find("MaxNumberOfMessages")->as<std::int64_t>(), 10);
  EXPECT_EQ(*body_of(asked[0]).find("WaitTimeSeconds")->as<std::int64_t>(), 20);
  EXPECT_EQ(*body_of(asked[1]).find("WaitTimeSeconds")->as<std::int64_t>(), 3);
  EXPECT_EQ(*body_of(asked[2]).find("WaitTimeSeconds")->as<std::int64_t>(), 0);
}

TEST_F(SqsClientTest, DeletesInBatchesAndDoesNotMindWhatIsOver) {
  Imposter imposter([](const Asked& asked) {
    Json successful = Json::array(), failed = Json::array();
    const Json body = body_of(asked);
    for (const Json& entry : list_in(body, "Entries")) {
      const Json id = Json::object({{"Id", text_in(entry, "Id")}, {"SenderFault", true}, {"Code", "ReceiptHandleIsInvalid"}});
      (text_in(entry, "ReceiptHandle") == "r3" ? failed : successful).push(id);
    }
    return Reply{.body = Json::object({{"Successful", successful}, {"Failed", failed}}).text()};
  });
  std::vector<std::string> receipts;
  for (int i = 0; i < 12; ++i) receipts.push_back("r" + std::to_string(i));
  EXPECT_TRUE(client_to(imposter).remove(kQueue, receipts, soon()));
  EXPECT_EQ(imposter.asked().size(), 2u);
  EXPECT_EQ(imposter.asked().at(0).field("x-amz-target"), "AmazonSQS.DeleteMessageBatch");
}

TEST_F(SqsClientTest, PutsAMessageOff) {
  Imposter imposter({{.body = ""}});
  EXPECT_TRUE(client_to(imposter).put_off(kQueue, "r1", Duration{1'500}, soon()));
  EXPECT_EQ(imposter.asked().at(0).field("x-amz-target"), "AmazonSQS.ChangeMessageVisibility");
  EXPECT_EQ(*body_of(imposter.asked().at(0)).find("VisibilityTimeout")->as<std::int64_t>(), 2);
}

TEST(QueueAt, FindsRegionAndEndpoint) {
  const auto with = [](std::map<std::string, std::string, std::less<>> values) -> Environment {
    return [values = std::move(values)](std::string_view name) {
      const auto found = values.find(name);
      return found == values.end() ? std::nullopt : std::optional(found->second);
    };
  };
  const auto aws = queue_at(kQueue, with({{"AWS_REGION", "us-west-2"}})).value();
  EXPECT_EQ(aws.region, "eu-central-1");
  EXPECT_EQ(aws.endpoint, "https://sqs.eu-central-1.amazonaws.com");
  const auto own = queue_at("http://localhost:4566/000000000000/ingest", with({{"AWS_REGION", "us-west-2"}})).value();
  EXPECT_EQ(own.region, "us-west-2");
  EXPECT_EQ(own.endpoint, "http://localhost:4566");
  EXPECT_EQ(queue_at("http://localhost:4566/000000000000/ingest", with({{"AWS_ENDPOINT_URL_SQS", "http://127.0.0.1:1/"}})).value().endpoint, "http://127.0.0.1:1");
  EXPECT_THAT(queue_at("ingest", with({})).error().message, HasSubstr("address of a queue"));
}

}  // namespace
}  // namespace satchel::aws
