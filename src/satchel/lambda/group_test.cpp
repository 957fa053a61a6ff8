// SPDX-License-Identifier: Apache-2.0
// A group with functions of the test's own, over the shipped memory adapters.
#include "satchel/lambda/group.hpp"

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <stdexcept>

#include "satchel/lambda/queue.hpp"
#include "satchel/memory/clock.hpp"
#include "satchel/memory/directory.hpp"
#include "satchel/memory/mailer.hpp"
#include "satchel/memory/object_store.hpp"
#include "satchel/memory/random.hpp"
#include "satchel/memory/table.hpp"
#include "satchel/memory/vault.hpp"
#include "satchel/model/keys.hpp"

namespace satchel::lambda {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

/// What the functions were started with; an event of the subject "fail" fails, of "throw" throws.
std::vector<std::string> started;
Duration takes{0};
ManualClock* its_clock = nullptr;

class Noting final : public Function {
 public:
  Result<Response> handle(const Context& context, const Request& request) override {
    started.push_back(fmt::format("{} {} as {} from {} within {} ms", request.method, request.parameter("id"), actor_of(context.principal), context.client,
                                  (context.call.deadline - context.call.now).count()));
    return Response::json(Json::object({{"body", request.body}}));
  }
  Result<void> on_event(const Context& context, const Event& event) override {
    started.push_back(fmt::format("{} {}", event.type, event.subject));
    its_clock->sleep_until(its_clock->now() + takes);
    if (event.subject == "fail") return fail(ErrorCode::unavailable, "Not now.", std::string(actor_of(context.principal)));
    if (event.subject == "throw") throw std::runtime_error("it threw");
    return {};
  }
  Result<void> on_schedule(const Context&) override {
    started.push_back("schedule");
    return {};
  }
};

std::unique_ptr<Function> noting(const Wiring&) { return std::make_unique<Noting>(); }

class GroupTest : public testing::Test {
 protected:
  void SetUp() override {
    started.clear();
    takes = Duration{0};
    its_clock = &clock_;
    ASSERT_TRUE(table_->write({clock_.now(), clock_.now() + Duration{1'000}}, {Put{to_item(User{.id = UserId("u1"), .email = "a@example.org", .epoch = 3}), {}}, Put{Item{keys::session("s1"), {}}, {}}}));
  }

  static std::vector<Row> rows() {
    return {{.name = "show", .trigger = Route{"POST", "/things/{id}"}, .scope = "files:write", .group = "g", .body_limit = 4, .make = noting},
            {.name = "remove", .trigger = OnEvent{"thing.released"}, .group = "g", .make = noting},
            {.name = "take_in", .trigger = OnEvent{kObjectCreated}, .group = "g", .make = noting},
            {.name = "sweep", .trigger = Every{std::chrono::minutes{5}}, .group = "g", .make = noting}};
  }
  Result<std::string> answer(std::string payload) { return group_.answer({.id = "i1", .token = {}, .function_arn = {}, .trace = {}, .deadline = clock_.now() + Duration{5'000}, .payload = std::move(payload)}); }
  static std::string request(std::string_view authorizer, std::string_view body = "ab", std::string_view headers = "{}") {
    return fmt::format(R"({{"version":"2.0","routeKey":"POST /things/{{id}}","rawPath":"/things/7","rawQueryString":"","headers":{},"body":"{}","isBase64Encoded":false,
      "requestContext":{{"http":{{"method":"POST","sourceIp":"192.0.2.1"}},"requestId":"r1"{}}}}})", headers, body, authorizer);
  }
  static std::string batch(const std::vector<std::pair<std::string, std::string>>& messages) {
    Json records = Json::array();
    for (const auto& [id, body] : messages) records.push(Json::object({{"messageId", id}, {"body", body}, {"eventSource", "aws:sqs"}}));
    return Json::object({{"Records", std::move(records)}}).text();
  }
  static std::string about(std::string_view consumer, std::string subject, std::string type = "thing.released") {
    return message_for(consumer, {.id = "01J", .type = std::move(type), .time = {}, .actor = "system", .subject = std::move(subject), .data = {}});
  }
  std::int64_t status_of(const Result<std::string>& answered) { return *Json::parse(answered.value()).value().find("statusCode")->as<std::int64_t>(); }

  ManualClock clock_;
  SeededRandom random_{1};
  std::unique_ptr<Logger> logger_ = null_logger();
  std::unique_ptr<MemoryTable> table_ = memory_table();
  std::unique_ptr<MemoryObjectStore> objects_ = memory_object_store(clock_, random_);
  MemoryDirectory directory_{random_};
  MemoryMailer mailer_;
  std::unique_ptr<Vault> vault_ = memory_vault();
  std::unique_ptr<PasswordHasher> hasher_ = memory_password_hasher();
  Settings settings_;
  Registry registry_{rows(), Ports{*table_, *objects_, directory_, mailer_, *vault_, *hasher_, settings_}};
  Gates gates_{{registry_, *table_, *vault_, nullptr, clock_, random_, *logger_}};
  Group group_{{registry_, gates_, clock_, random_, *logger_, /*proxies=*/1}};
};

constexpr auto kKnown = R"(,"authorizer":{"lambda":{"user":"u1","epoch":"3","session":"s1","token":"","scopes":""}})";

TEST_F(GroupTest, HandsARequestToItsFunctionAsThePersonWhomTheAuthorizerFound) {
  const auto answered = answer(request(kKnown, "ab", R"({"x-forwarded-for":"spoofed, 198.51.100.7, 192.0.2.1"})"));
  EXPECT_EQ(status_of(answered), 200);
  EXPECT_THAT(*answered, HasSubstr(R"({\"body\":\"ab\"})"));
  EXPECT_THAT(started, ElementsAre("POST 7 as u1 from 198.51.100.7 within 4750 ms")) << "the invocation ends before the row's 10 s, and the answer needs a moment";
}

TEST_F(GroupTest, NobodyGetsToAFunctionWhomNoAuthorizerHasFound) {
  struct Case {
    std::string authorizer, headers, type;
  };
  const Case cases[] = {{"", "{}", "sign_in_wanted"},
                        {R"(,"authorizer":{"lambda":{}})", "{}", "sign_in_wanted"},
                        {R"(,"authorizer":{"lambda":{"refused":"invalid_token"}})", R"({"authorization":"Bearer x"})", "invalid_token"},
                        {R"(,"authorizer":{"lambda":{"user":"","epoch":"3","session":"s1"}})", "{}", "sign_in_wanted"},
                        {R"(,"authorizer":{"lambda":{"user":"u1","epoch":"three","session":"s1"}})", "{}", "sign_in_wanted"},
                        {R"(,"authorizer":{"lambda":{"user":"u1","session":"s1"}})", "{}", "sign_in_wanted"},
                        {R"(,"authorizer":{"jwt":{"claims":{"sub":"u1"}}})", R"({"authorization":"Bearer x"})", "invalid_token"},
                        {R"(,"authorizer":{"lambda":{"user":"u1","epoch":"2","session":"s1"}})", "{}", "invalid_token"},
                        {R"(,"authorizer":{"lambda":{"user":"u1","epoch":"3","session":"s2"}})", "{}", "invalid_token"},
                        {R"(,"authorizer":{"lambda":{"user":"u2","epoch":"3","session":"s1"}})", "{}", "invalid_token"}};
  for (const auto& [authorizer, headers, type] : cases) {
    const auto answered = answer(request(authorizer, "ab", headers));
    EXPECT_EQ(status_of(answered), 401) << authorizer;
    EXPECT_THAT(*answered, HasSubstr(type)) << authorizer;
    EXPECT_THAT(*answered, HasSubstr("www-authenticate"));
  }
  EXPECT_THAT(started, ElementsAre());
}

TEST_F(GroupTest, RefusesInTheWordsOfTheBinaryWhomTheAuthorizerRefused) {
  struct Case {
    std::string refused;
    int status;
    std::string type, sentence;
  };
  const Case cases[] = {{"not_admitted", 403, "not_admitted", "You are signed in, but have no account here. Ask an administrator of this Satchel to let you in."},
                        {"sign_in_wanted", 401, "sign_in_wanted", "Sign in first"},
                        {"invalid_token", 401, "invalid_token", "This sign-in or token is not valid"},
                        {"of a later version", 401, "invalid_token", "This sign-in or token is not valid"}};
  for (const auto& [refused, status, type, sentence] : cases) {
    const auto answered = answer(request(fmt::format(R"(,"authorizer":{{"lambda":{{"refused":"{}"}}}})", refused), "ab", R"({"authorization":"Bearer x"})"));
    EXPECT_EQ(status_of(answered), status) << refused;
    EXPECT_THAT(*answered, HasSubstr(type)) << refused;
    EXPECT_THAT(*answered, HasSubstr(sentence)) << refused;
  }
  EXPECT_EQ(status_of(answer(request(R"(,"authorizer":{"lambda":{"refused":"not_admitted","user":"u1","epoch":"3","session":"s1"}})"))), 403) << "a refusal is never outweighed";
  EXPECT_THAT(started, ElementsAre());
}

TEST_F(GroupTest, WhatTheAuthorizerFoundEndsWithTheToken) {
  const auto until = [&](std::string expires) { return status_of(answer(request(fmt::format(R"(,"authorizer":{{"lambda":{{"user":"u1","epoch":"3","session":"s1","expires":"{}"}}}})", expires)))); };
  const std::string soon = std::to_string(to_millis(clock_.now() + std::chrono::seconds{30}));
  EXPECT_EQ(until(soon), 200);
  clock_.advance(std::chrono::seconds{30});
  EXPECT_EQ(until(soon), 401) << "API Gateway may show it for a minute yet";
  EXPECT_EQ(until("soon"), 401);
  EXPECT_EQ(until(""), 200) << "a personal API token's end stands in the table";
}

TEST_F(GroupTest, AnswersWhatAClientSentAmiss) {
  EXPECT_EQ(status_of(answer(request(kKnown, "too much"))), 413);
  std::string other = request(kKnown);
  other.replace(other.find("/things/7"), 9, "/nothing7");
  EXPECT_EQ(status_of(answer(other)), 404);
  std::string twice = request(kKnown);
  twice.replace(twice.find(R"("rawQueryString":"")"), 19, R"("rawQueryString":"a=1&a=2")");
  EXPECT_EQ(status_of(answer(twice)), 400);
}

TEST_F(GroupTest, OnlyTheMessagesThatFailedComeAgain) {
  const auto answered = answer(batch({{"m1", about("remove", "a")},
                                      {"m2", about("remove", "fail")},
                                      {"m3", about("remove", "throw")},
                                      {"m4", "what is this"},
                                      {"m5", about("elsewhere", "b")},
                                      {"m6", about("show", "b")},
                                      {"m7", about("remove", "c")}}));
  EXPECT_EQ(answered.value(), R"({"batchItemFailures":[{"itemIdentifier":"m2"},{"itemIdentifier":"m3"},{"itemIdentifier":"m5"},{"itemIdentifier":"m6"}]})");
  EXPECT_THAT(started, ElementsAre("thing.released a", "thing.released fail", "thing.released throw", "thing.released c"));
}

TEST_F(GroupTest, WhatTimeDoesNotSufficeForComesAgain) {
  takes = Duration{3'000};
  EXPECT_EQ(answer(batch({{"m1", about("remove", "a")}, {"m2", about("remove", "b")}, {"m3", about("remove", "c")}})).value(), R"({"batchItemFailures":[{"itemIdentifier":"m3"}]})");
  EXPECT_THAT(started, ElementsAre("thing.released a", "thing.released b"));
}

TEST_F(GroupTest, GivesS3sWordToWhoConsumesIt) {
  const std::string created = R"({"source":"aws.s3","detail-type":"Object Created","id":"e1","time":"2026-11-12T00:00:00Z","detail":{"object":{"key":"blobs/ab/1","size":5}}})";
  EXPECT_EQ(answer(batch({{"m1", created}})).value(), R"({"batchItemFailures":[]})");
  EXPECT_THAT(started, ElementsAre("object.created blobs/ab/1"));
}

TEST_F(GroupTest, StartsAFunctionOfTheClockByItsName) {
  EXPECT_EQ(answer(R"({"schedule":"sweep"})").value(), "{}");
  EXPECT_THAT(started, ElementsAre("schedule"));
  for (const char* unknown : {R"({"schedule":"remove"})", R"({"schedule":"nothing"})", R"({"schedule":1})", "{}", "[]", "null", R"({"Records":[]})"}) {
    EXPECT_EQ(answer(unknown).error().code, ErrorCode::internal) << unknown;
  }
  EXPECT_EQ(answer("no JSON").error().code, ErrorCode::internal);
  EXPECT_EQ(started.size(), 1u);
}

}  // namespace
}  // namespace satchel::lambda
