// SPDX-License-Identifier: Apache-2.0
#include "satchel/lambda/queue.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace satchel::lambda {
namespace {

using testing::HasSubstr;

TEST(Queue, AMessageOfTheFanOutComesBackAsItWas) {
  const Event event{.id = "01J", .type = "blob.released", .time = from_millis(1'795'521'600'000), .actor = "u1", .subject = "b1", .data = {{"key", "blobs/ab/1"}, {"name", "\"ä\n"}}};
  const auto work = queue_work_from(message_for("remove_blob", event));
  const auto* one = std::get_if<ForConsumer>(&work);
  ASSERT_TRUE(one);
  EXPECT_EQ(one->consumer, "remove_blob");
  EXPECT_EQ(one->event.id, event.id);
  EXPECT_EQ(one->event.type, event.type);
  EXPECT_EQ(one->event.time, event.time);
  EXPECT_EQ(one->event.actor, event.actor);
  EXPECT_EQ(one->event.subject, event.subject);
  EXPECT_EQ(one->event.data, event.data);
}

// As the S3 User Guide shows them, shortened.
constexpr auto kEventBridge = R"({"version":"0","id":"17793124-05d4-b198-2fde-7ededc63b103","detail-type":"Object Created","source":"aws.s3","account":"111122223333",
  "time":"2026-11-12T00:00:00Z","region":"ca-central-1","resources":["arn:aws:s3:::bucket"],"detail":{"version":"0","bucket":{"name":"bucket"},
  "object":{"key":"blobs/ab/a+b%20c","size":5,"etag":"b1946ac92492d2347c6235b4d2611184","version-id":"IYV3p45BT0ac8hjHg1houSdS1a.Mro8e","sequencer":"617f08299329d189"},
  "request-id":"N4N7GDK58NMKJ12R","requester":"123456789012","source-ip-address":"1.2.3.4","reason":"PutObject"}})";
constexpr auto kRecords = R"({"Records":[{"eventVersion":"2.1","eventSource":"aws:s3","awsRegion":"us-west-2","eventTime":"2026-11-12T00:00:00.000Z","eventName":"ObjectCreated:Put",
  "s3":{"s3SchemaVersion":"1.0","bucket":{"name":"bucket"},"object":{"key":"blobs/a+b%2Bc","size":7,"eTag":"x","sequencer":"0055AED6DCD90281E5"}}},
  {"eventName":"ObjectRemoved:Delete","s3":{"object":{"key":"blobs/x","sequencer":"1"}}},
  {"eventName":"s3:ObjectCreated:CompleteMultipartUpload","s3":{"object":{"key":"blobs/d","sequencer":"2"}}}]})";

TEST(Queue, ReadsWhatS3SaysOfANewObject) {
  struct Case {
    std::string body;
    std::vector<std::string> subjects;
    std::string size;
  };
  const Case cases[] = {{kEventBridge, {"blobs/ab/a+b%20c"}, "5"}, {kRecords, {"blobs/a b+c", "blobs/d"}, "7"}};
  for (const auto& [body, subjects, size] : cases) {
    const auto work = queue_work_from(body);
    const auto* created = std::get_if<ObjectsCreated>(&work);
    ASSERT_TRUE(created) << body;
    std::vector<std::string> seen;
    for (const Event& event : created->events) {
      EXPECT_EQ(event.type, kObjectCreated);
      EXPECT_FALSE(event.id.empty());
      seen.push_back(event.subject);
    }
    EXPECT_EQ(seen, subjects);
    EXPECT_EQ(created->events[0].data.at("size"), size);
    EXPECT_EQ(created->events[0].time, parse_rfc3339("2026-11-12T00:00:00Z").value());
  }
}

TEST(Queue, KnowsWhatItCanMakeNoUseOf) {
  struct Case {
    std::string body, why;
  };
  const Case cases[] = {{"", "no JSON"},
                        {"hello", "no JSON"},
                        {"[]", "nobody known"},
                        {"{}", "nobody known"},
                        {R"({"Service":"Amazon S3","Event":"s3:TestEvent","Time":"2026-11-12T00:00:00Z","Bucket":"bucket"})", "test event"},
                        {R"({"source":"aws.s3","detail-type":"Object Deleted","id":"1","detail":{"object":{"key":"k"}}})", "no new object"},
                        {R"({"source":"aws.s3","detail-type":"Object Created","id":"1","detail":{}})", "no new object"},
                        {R"({"Records":[]})", "no new object"},
                        {R"({"Records":[{"eventName":"ObjectCreated:Put","s3":{"object":{"key":"%zz"}}}]})", "no new object"},
                        {R"({"consumer":"remove_blob"})", "without an event"},
                        {R"({"consumer":"remove_blob","event":{"id":"1"}})", "without an event"}};
  for (const auto& [body, why] : cases) {
    const auto work = queue_work_from(body);
    const auto* unknown = std::get_if<Unknown>(&work);
    ASSERT_TRUE(unknown) << body;
    EXPECT_THAT(unknown->why, HasSubstr(why)) << body;
  }
}

TEST(Queue, TellsABatchFromOtherPayloads) {
  const auto parse = [](const char* text) { return Json::parse(text).value(); };
  const Json batch = parse(R"({"Records":[{"messageId":"m1","body":"a","eventSource":"aws:sqs"},{"messageId":"m2","eventSource":"aws:sqs"}]})");
  EXPECT_TRUE(is_queue_batch(batch));
  const auto messages = queue_messages_from(batch);
  ASSERT_TRUE(messages);
  ASSERT_EQ(messages->size(), 2u);
  EXPECT_EQ((*messages)[0].id, "m1");
  EXPECT_EQ((*messages)[0].body, "a");
  EXPECT_EQ((*messages)[1].body, "");
  for (const char* other : {"{}", "[]", R"({"Records":[]})", R"({"Records":1})", R"({"Records":[{"eventSource":"aws:dynamodb"}]})"}) EXPECT_FALSE(is_queue_batch(parse(other))) << other;
  EXPECT_FALSE(queue_messages_from(parse(R"({"Records":[{"eventSource":"aws:sqs","body":"a"}]})")));
  EXPECT_EQ(batch_answer({}).text(), R"({"batchItemFailures":[]})");
  EXPECT_EQ(batch_answer({"m1"}).text(), R"({"batchItemFailures":[{"itemIdentifier":"m1"}]})");
}

}  // namespace
}  // namespace satchel::lambda
