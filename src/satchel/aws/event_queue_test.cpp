// SPDX-License-Identifier: Apache-2.0
#include "satchel/aws/event_queue.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>

#include "satchel/aws/imposter.hpp"
#include "satchel/aws/object_notification.hpp"
#include "satchel/memory/random.hpp"

namespace satchel::aws {
namespace {

using testing::Each;
using testing::HasSubstr;

std::string from_event_bridge(std::string_view key, std::string_view bucket = "files", std::string_view type = "Object Created") {
  return Json::object({{"version", "0"},
                       {"id", "17793124-05d4-b198-2fde-7ededc63b103"},
                       {"detail-type", type},
                       {"source", "aws.s3"},
                       {"account", "111122223333"},
                       {"time", "2026-11-24T12:00:00Z"},
                       {"region", "ca-central-1"},
                       {"resources", Json(Json::Array{"arn:aws:s3:::files"})},
                       {"detail", Json::object({{"version", "0"},
                                                {"bucket", Json::object({{"name", bucket}})},
                                                {"object", Json::object({{"key", key}, {"size", 5}, {"etag", "b1946ac92492d2347c6235b4d2611184"}, {"sequencer", "00617F08299329D189"}})},
                                                {"request-id", "N4N7GDK58NMKJ12R"},
                                                {"reason", "PutObject"}})}})
      .text();
}

Json record(std::string_view key, std::string_view name = "ObjectCreated:Put") {
  return Json::object({{"eventVersion", "2.1"},
                       {"eventSource", "aws:s3"},
                       {"eventTime", "2026-11-24T12:00:00.123Z"},
                       {"eventName", name},
                       {"s3", Json::object({{"bucket", Json::object({{"name", "files"}})}, {"object", Json::object({{"key", key}, {"size", 5}, {"sequencer", "0055AED6DCD90281E5"}})}})}});
}

std::string from_bucket(std::vector<Json> records) { return Json::object({{"Records", Json(std::move(records))}}).text(); }

TEST(ObjectNotification, ReadsWhatEventBridgeAndBucketsSay) {
  const auto bridged = object_events(from_event_bridge("blobs/a+b%20c"), "files").value();
  ASSERT_EQ(bridged.size(), 1u);
  EXPECT_EQ(bridged[0].subject, "blobs/a+b%20c") << "as it is";
  EXPECT_EQ(bridged[0].type, kObjectCreated);
  EXPECT_EQ(bridged[0].data.at("size"), "5");
  EXPECT_EQ(format_rfc3339(bridged[0].time), "2026-11-24T12:00:00.000Z");
  EXPECT_EQ(bridged[0].id.size(), 26u);
  EXPECT_LT(bridged[0].id, "8");

  const auto direct = object_events(from_bucket({record("blobs/a%2Bb+%C3%A4"), record("x", "ObjectRemoved:Delete"), record("y", "ObjectCreated:CompleteMultipartUpload")}), "files").value();
  ASSERT_EQ(direct.size(), 2u);
  EXPECT_EQ(direct[0].subject, "blobs/a+b ä");
  EXPECT_EQ(direct[1].subject, "y");
  EXPECT_NE(direct[0].id, direct[1].id);
}

TEST(ObjectNotification, TheSameNewsHaveTheSameId) {
  EXPECT_EQ(object_events(from_event_bridge("a"), "files").value()[0].id, object_events(from_event_bridge("a"), "files").value()[0].id);
  EXPECT_NE(object_events(from_event_bridge("a"), "files").value()[0].id, object_events(from_event_bridge("b"), "files").value()[0].id);
}

TEST(ObjectNotification, TellsNothingOfOtherThings) {
  EXPECT_TRUE(object_events(from_event_bridge("a", "files", "Object Deleted"), "files").value().empty());
  EXPECT_TRUE(object_events(R"({"Service":"Amazon S3","Event":"s3:TestEvent","Bucket":"files"})", "files").value().empty());
  for (const std::string& message : {std::string("hello"), std::string("{}"), from_event_bridge("a", "another"), from_event_bridge(""), std::string(R"({"Records":[{}]})"),
                                     std::string(R"({"Records":[1]})"), std::string(R"({"detail":1})"), std::string(R"({"source":"aws.s3","detail-type":"Object Created","detail":{}})"),
                                     from_bucket({record("a%zz")})}) {
    EXPECT_EQ(object_events(message, "files").error().code, ErrorCode::invalid) << message;
  }
}

/// A queue whose messages come again until they are deleted.
class FakeQueue {
 public:
  explicit FakeQueue(std::vector<std::string> bodies) : bodies_(std::move(bodies)), imposter_([this](const Asked& asked) { return answer(asked); }) {}
  SqsOptions options() const { return {imposter_.url(), "eu-central-1", fixed_credential({"AKID", "secret"})}; }
  std::size_t size() const { return bodies_.size(); }

 private:
  Reply answer(const Asked& asked) {
    const Json body = Json::parse(asked.body).value();
    if (asked.field("x-amz-target") == "AmazonSQS.ReceiveMessage") {
      Json messages = Json::array();
      // Each is out until the next empty answer, as if the visibility time-out had passed then.
      const auto most = static_cast<std::size_t>(*body.find("MaxNumberOfMessages")->as<std::int64_t>());
      for (; out_ < bodies_.size() && messages.as<Json::Array>()->size() < most; ++out_) {
        messages.push(Json::object({{"MessageId", "m"}, {"ReceiptHandle", bodies_[out_]}, {"Body", bodies_[out_]}}));
      }
      if (messages.as<Json::Array>()->empty()) out_ = 0;
      return {.body = Json::object({{"Messages", messages}}).text()};
    }
    Json successful = Json::array();
    for (const Json& entry : list_in(body, "Entries")) {
      std::erase(bodies_, text_in(entry, "ReceiptHandle"));
      successful.push(Json::object({{"Id", text_in(entry, "Id")}}));
    }
    return {.body = Json::object({{"Successful", successful}}).text()};
  }

  std::vector<std::string> bodies_;
  std::size_t out_ = 0;
  Imposter imposter_;
};

class ObjectEventQueueTest : public testing::Test {
 protected:
  std::unique_ptr<ObjectEvents> over(const FakeQueue& queue) {
    return object_event_queue(queue.options(), {.queue_url = "https://sqs.eu-central-1.amazonaws.com/1/ingest", .bucket = "files"}, *clock_, random_, *logger_);
  }
  Call call() const { return {clock_->now(), clock_->now() + std::chrono::seconds{20}}; }

  std::unique_ptr<Clock> clock_ = system_clock();
  std::unique_ptr<Logger> logger_ = null_logger();
  SeededRandom random_{1};
};

TEST_F(ObjectEventQueueTest, DeletesWhatIsAcknowledgedAndGivesTheRestAgain) {
  FakeQueue queue({from_event_bridge("a"), from_event_bridge("b")});
  const auto events = over(queue);
  const auto first = events->receive(call(), 64).value();
  ASSERT_EQ(first.size(), 2u);
  ASSERT_TRUE(events->acknowledge(call(), first[0]));
  EXPECT_EQ(queue.size(), 1u);
  const auto second = events->receive(call(), 64).value();
  ASSERT_EQ(second.size(), 1u);
  EXPECT_EQ(second[0].subject, "b");
  EXPECT_EQ(second[0].id, first[1].id);
  ASSERT_TRUE(events->acknowledge(call(), second[0]));
  ASSERT_TRUE(events->acknowledge(call(), second[0])) << "twice does no harm";
  EXPECT_EQ(queue.size(), 0u);
}

TEST_F(ObjectEventQueueTest, AMessageOfSeveralGoesWithTheLastOfThem) {
  FakeQueue queue({from_bucket({record("a"), record("b")})});
  const auto events = over(queue);
  const auto told = events->receive(call(), 64).value();
  ASSERT_EQ(told.size(), 2u);
  ASSERT_TRUE(events->acknowledge(call(), told[0]));
  EXPECT_EQ(queue.size(), 1u);
  ASSERT_TRUE(events->acknowledge(call(), told[1]));
  EXPECT_EQ(queue.size(), 0u);
}

TEST_F(ObjectEventQueueTest, TakesNoMoreThanAskedForAndDropsWhatTellsNothing) {
  std::vector<std::string> bodies{"hello", from_event_bridge("another", "other-bucket"), from_event_bridge("x", "files", "Object Deleted")};
  for (int i = 0; i < 30; ++i) bodies.push_back(from_event_bridge("k" + std::to_string(i)));
  FakeQueue queue(std::move(bodies));
  const auto events = over(queue);
  EXPECT_EQ(events->receive(call(), 25).value().size(), 25u);
  EXPECT_EQ(queue.size(), 30u);
}

TEST(GroupQueues, AreReadAndRefusedBySentence) {
  const GroupQueues queues = parse_group_queues("ingest=https://sqs.eu-central-1.amazonaws.com/1/a  links=http://localhost:4566/0/b ").value();
  EXPECT_EQ(queues.at("ingest"), "https://sqs.eu-central-1.amazonaws.com/1/a");
  EXPECT_EQ(queues.at("links"), "http://localhost:4566/0/b");
  for (const char* text : {"ingest", "=http://a/b", "a=b", "a=http://x/1 a=http://x/2"}) EXPECT_THAT(parse_group_queues(text).error().message, HasSubstr("no queue of a group")) << text;
}

TEST(EventQueues, SendToTheQueueOfTheGroupWhatSqsTakes) {
  std::map<std::string, std::vector<std::string>> sent;
  Imposter imposter([&](const Asked& asked) {
    const Json body = Json::parse(asked.body).value();
    Json successful = Json::array();
    for (const Json& entry : list_in(body, "Entries")) {
      EXPECT_EQ(text_in(entry, "MessageBody").find_first_of("\xEF"), std::string::npos);
      sent[text_in(body, "QueueUrl")].push_back(text_in(Json::parse(text_in(entry, "MessageBody")).value(), "name"));
      successful.push(Json::object({{"Id", text_in(entry, "Id")}}));
    }
    return Reply{.body = Json::object({{"Successful", successful}}).text()};
  });
  const auto clock = system_clock();
  SeededRandom random{1};
  const EventQueues queues({imposter.url(), "eu-central-1", fixed_credential({"AKID", "secret"})}, {{"links", "http://q/links"}, {"trash", "http://q/trash"}}, *clock, random);
  const Time until = clock->now() + std::chrono::seconds{20};
  EXPECT_THAT(queues.send("links", {{"{\"name\":\"a\xEF\xBF\xBF\xEF\xBF\xBE\"}"}, {"{\"name\":\"c\"}"}}, until), Each(testing::IsTrue()));
  EXPECT_THAT(queues.send("trash", {{"{\"name\":\"b\"}"}}, until), Each(testing::IsTrue()));
  const auto nobody = queues.send("nobody", {{"{}"}, {"{}"}}, until);
  ASSERT_EQ(nobody.size(), 2u);
  for (const auto& outcome : nobody) EXPECT_THAT(outcome.error().message, HasSubstr("SATCHEL_QUEUES"));
  EXPECT_EQ(sent, (std::map<std::string, std::vector<std::string>>{{"http://q/links", {"a\xEF\xBF\xBF\xEF\xBF\xBE", "c"}}, {"http://q/trash", {"b"}}}));
  EXPECT_EQ(imposter.asked().size(), 2u) << "a call for each queue";
}

}  // namespace
}  // namespace satchel::aws
