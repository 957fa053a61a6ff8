// SPDX-License-Identifier: Apache-2.0
#include "satchel/lambda/callers.hpp"

#include <gtest/gtest.h>

#include "satchel/base/encoding.hpp"
#include "satchel/lambda/queue.hpp"
#include "satchel/memory/random.hpp"

namespace satchel::lambda {
namespace {

/// Texts that somebody who wants to be misread would write.
class Writer {
 public:
  explicit Writer(std::uint64_t seed) : random_(seed) {}

  std::size_t below(std::size_t bound) { return static_cast<std::size_t>(random_below(random_, bound)); }
  std::string text(std::string_view without = "") {
    static const std::vector<std::string> kPieces{"a", "Z", "0", "%", "%41", "+", "&", "=", ";", ",", " ", "\"", "\\", "/", "?", "#", "ü", "\xF0\x9F\x8E\x92", "\n", "\t", "\x01", "{}", "_", "~", "b"};
    std::string made;
    for (std::size_t n = below(6); n > 0; --n) {
      const std::string& piece = kPieces[below(kPieces.size())];
      if (piece.find_first_of(without) == std::string::npos || without.empty()) made += piece;
    }
    return made;
  }
  TextMap map(const char* without_in_name, const char* without_in_value) {
    TextMap made;
    for (std::size_t n = below(4); n > 0; --n) made.emplace("n" + text(without_in_name), text(without_in_value));
    return made;
  }
  std::string bytes() {
    std::string made(below(40), ' ');
    random_.fill({reinterpret_cast<std::byte*>(made.data()), made.size()});
    return made;
  }

 private:
  SeededRandom random_;
};

TEST(Callers, HaveEveryRequestReadAsItWas) {
  Writer writer(7);
  for (int round = 0; round < 2'000; ++round) {
    HttpCall call{.request = {.method = writer.below(2) ? "GET" : "POST", .path = "/api/v1/" + percent_encode("p" + writer.text("\n\t\x01")), .query = writer.map("", "")}, .request_id = "id", .client = "192.0.2.1"};
    Request& request = call.request;
    request.headers = writer.map("%;,", "\n\t\x01");
    request.cookies = writer.map(";= \t\n\x01,", ";\n\t \x01");
    request.body = writer.below(2) ? writer.bytes() : writer.text();
    if (writer.below(2)) call.found = Found{.user = UserId("u"), .epoch = static_cast<std::int64_t>(writer.below(9)), .session = writer.text(), .token = TokenId(writer.text())};
    const Json event = http_event(call, {.route = "GET /api/v1/{p}", .domain = "localhost", .at = Time{}});
    const auto parsed = Json::parse(event.text());
    ASSERT_TRUE(parsed);
    const auto again = http_call_from(*parsed);
    ASSERT_TRUE(again) << again.error().message << again.error().detail << event.text();
    EXPECT_EQ(again->request.method, request.method);
    EXPECT_EQ(again->request.path, request.path);
    EXPECT_EQ(again->request.query, request.query) << event.text();
    EXPECT_EQ(again->request.headers, request.headers);
    EXPECT_EQ(again->request.cookies, request.cookies) << event.text();
    EXPECT_EQ(again->request.body, request.body);
    EXPECT_EQ(again->request_id, call.request_id);
    EXPECT_EQ(again->client, call.client);
    ASSERT_EQ(again->found.has_value(), call.found.has_value());
    if (!call.found) continue;
    EXPECT_EQ(again->found->user, call.found->user);
    EXPECT_EQ(again->found->epoch, call.found->epoch);
    EXPECT_EQ(again->found->session, call.found->session);
    EXPECT_EQ(again->found->token, call.found->token);
  }
}

TEST(Callers, WriteThePathAsApiGatewayDoes) {
  const auto raw_path = [](std::string path) { return *http_event({.request = {.method = "GET", .path = std::move(path)}, .request_id = "id", .client = {}}, {}).find("rawPath")->as<std::string>(); };
  EXPECT_EQ(raw_path("/put/%C3%BC%20%231.txt"), "/put/ü #1.txt");
  EXPECT_EQ(raw_path("/put/a%3F&b=1.txt"), "/put/a?&b=1.txt");
  EXPECT_EQ(raw_path("/put/100%25.txt"), "/put/100%25.txt") << "so that nobody takes it for more than a sign";
  EXPECT_EQ(raw_path("/put/%2541.txt"), "/put/%2541.txt");
  EXPECT_EQ(raw_path("/put/a%2fb"), "/put/a%2Fb") << "one segment stays one";
}

TEST(Callers, LeaveTheCookieHeaderOut) {
  const HttpCall call{.request = {.method = "GET", .path = "/", .headers = {{"cookie", "a=1; b=2"}, {"accept", "x"}}, .cookies = {{"a", "1"}, {"b", "2"}}}, .request_id = "id", .client = {}};
  const Json event = http_event(call, {});
  EXPECT_EQ(event.find("headers")->text(), R"({"accept":"x"})");
  EXPECT_EQ(event.find("cookies")->text(), R"(["a=1","b=2"])");
}

TEST(Callers, ShowWhoAsksAsTheAuthorizerDoes) {
  HttpCall call{.request = {.method = "GET", .path = "/"}, .request_id = "id", .client = {}};
  EXPECT_EQ(http_event(call, {}).find("requestContext")->find("authorizer"), nullptr);
  call.found = Found{.user = UserId("u"), .epoch = 3, .session = "s", .token = {}};
  EXPECT_EQ(http_event(call, {}).find("requestContext")->find("authorizer")->text(), R"({"lambda":{"user":"u","epoch":"3","session":"s","token":""}})");
}

TEST(Callers, ReadEveryAnswerAsItWas) {
  Writer writer(8);
  for (int round = 0; round < 1'000; ++round) {
    Response response{.status = 200 + static_cast<int>(writer.below(400)), .headers = {}, .body = writer.below(2) ? writer.bytes() : writer.text()};
    for (const auto& [name, value] : writer.map("", "")) response.headers.emplace_back(name, value);
    for (std::size_t n = writer.below(3); n > 0; --n) response.headers.emplace_back("set-cookie", writer.text());
    const auto again = http_response_from(http_answer(response).text());
    ASSERT_TRUE(again) << again.error().detail;
    EXPECT_EQ(again->status, response.status);
    EXPECT_EQ(again->headers, response.headers);
    EXPECT_EQ(again->body, response.body);
  }
}

TEST(Callers, RefuseAnAnswerThatIsNone) {
  for (const std::string_view bad : {"", "[]", "{}", "null", R"({"statusCode":"200"})", R"({"statusCode":99})", R"({"statusCode":200,"headers":[]})", R"({"statusCode":200,"headers":{"a":1}})", R"({"statusCode":200,"body":{}})",
                                     R"({"statusCode":200,"body":"%","isBase64Encoded":true})", R"({"statusCode":200,"cookies":{}})", R"({"statusCode":200,"cookies":[1]})"}) {
    const auto response = http_response_from(bad);
    ASSERT_FALSE(response) << bad;
    EXPECT_EQ(response.error().code, ErrorCode::internal) << bad;
  }
  EXPECT_EQ(http_response_from(R"({"statusCode":204})")->body, "");
}

TEST(Callers, SendAnEventAsTheFanOutDoes) {
  const Event event{.id = "01E", .type = "entry.moved", .time = from_millis(5), .actor = "u", .subject = "s", .data = {{"a", "b"}}};
  const Json batch = queue_event("drop_links", event, "removal");
  const Json& message = batch.find("Records")->as<Json::Array>()->front();
  EXPECT_EQ(*message.find("body")->as<std::string>(), R"({"consumer":"drop_links","event":{"id":"01E","type":"entry.moved","time":5,"actor":"u","subject":"s","data":{"a":"b"}}})");
  EXPECT_EQ(*message.find("messageId")->as<std::string>(), "01E");
  EXPECT_EQ(*message.find("eventSource")->as<std::string>(), "aws:sqs");
  const auto messages = queue_messages_from(batch);
  ASSERT_TRUE(is_queue_batch(batch) && messages && messages->size() == 1);
  const auto work = queue_work_from(messages->front().body);
  ASSERT_TRUE(std::holds_alternative<ForConsumer>(work));
  EXPECT_EQ(std::get<ForConsumer>(work).event.data, event.data);
  EXPECT_TRUE(queue_outcome(R"({"batchItemFailures":[]})", event));
  EXPECT_TRUE(queue_outcome("null", event)) << "Lambda takes nothing for success, too";
  EXPECT_EQ(queue_outcome(R"({"batchItemFailures":[{"itemIdentifier":"01E"}]})", event).error().code, ErrorCode::unavailable);
  EXPECT_EQ(queue_outcome("no JSON", event).error().code, ErrorCode::internal);
  EXPECT_FALSE(is_queue_batch(schedule_event("sweep")));
  EXPECT_EQ(schedule_event("sweep").text(), R"({"schedule":"sweep"})");
}

TEST(Callers, SendWordOfANewObjectAsEventBridgeDoes) {
  const Event event{.id = "01E", .type = std::string(kObjectCreated), .time = from_millis(5'000), .actor = "system", .subject = "an object", .data = {{"size", "7"}}};
  const auto messages = queue_messages_from(queue_event("reconcile_upload", event, "ingest"));
  const auto work = queue_work_from(messages.value().front().body);
  ASSERT_TRUE(std::holds_alternative<ObjectsCreated>(work));
  const Event& again = std::get<ObjectsCreated>(work).events.front();
  EXPECT_EQ(again.id, event.id);
  EXPECT_EQ(again.subject, event.subject);
  EXPECT_EQ(again.time, event.time);
  EXPECT_EQ(again.data, event.data);
}

}  // namespace
}  // namespace satchel::lambda
