// SPDX-License-Identifier: Apache-2.0
#include "satchel/lambda/fanout.hpp"

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <map>
#include <set>

#include "satchel/lambda/payload.hpp"
#include "satchel/lambda/queue.hpp"
#include "satchel/memory/clock.hpp"
#include "satchel/memory/random.hpp"
#include "satchel/memory/table.hpp"
#include "satchel/model/keys.hpp"

namespace satchel::lambda {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;
using testing::UnorderedElementsAre;

Json attributes_of(const Item& item) {
  Json json = Json::object({{"pk", item.key.partition}, {"sk", item.key.sort}});
  for (const auto& [name, value] : item.attributes) {
    if (const auto* text = std::get_if<std::string>(&value)) json.set(name, *text);
    if (const auto* number = std::get_if<std::int64_t>(&value)) json.set(name, *number);
  }
  return json;
}

/// The test's own form of items: their attributes as plain members. What holds "unreadable" cannot be read.
Result<Item> read_item(const Json& json) {
  Item item;
  for (const auto& [name, value] : *json.as<Json::Object>()) {
    if (name == "unreadable") return fail(ErrorCode::internal, "no item");
    if (const auto* text = value.as<std::string>()) item.set(name, *text);
    if (const auto* number = value.as<std::int64_t>()) item.set(name, *number);
  }
  item.key = {item.text("pk"), item.text("sk")};
  item.attributes.erase("pk");
  item.attributes.erase("sk");
  return item;
}

class FanoutTest : public testing::Test {
 protected:
  static std::vector<Row> rows() {
    return {{.name = "route", .trigger = Route{"GET", "/"}, .group = "web", .make = nullptr},
            {.name = "remove", .trigger = OnEvent{"thing.released"}, .group = "removal", .make = nullptr},
            {.name = "tell", .trigger = OnEvent{"thing.released"}, .group = "mail", .make = nullptr},
            {.name = "other", .trigger = OnEvent{"thing.made"}, .group = "mail", .make = nullptr}};
  }
  Call call() { return {clock_.now(), clock_.now() + Duration{5'000}}; }
  Item event(std::string subject, std::string type = "thing.released", Duration later = Duration{0}) {
    Item item = outbox_item({.id = ulid(clock_.now(), random_), .type = std::move(type), .time = clock_.now(), .actor = "u1", .subject = std::move(subject), .data = {{"n", "1"}}});
    if (later > Duration{0}) item.set(std::string(kNotBefore), to_millis(clock_.now() + later));
    EXPECT_TRUE(table_->write(call(), {Put{item, {}}}));
    return item;
  }
  static Json record(const Item& item, std::string number, std::string_view name = "INSERT") {
    return Json::object({{"eventName", name}, {"eventSource", "aws:dynamodb"},
                         {"dynamodb", Json::object({{"Keys", Json::object({{"pk", item.key.partition}, {"sk", item.key.sort}})}, {"NewImage", attributes_of(item)}, {"SequenceNumber", std::move(number)}})}});
  }
  Result<std::string> answer(std::string payload) { return fanout_.answer({.id = "i1", .token = {}, .function_arn = {}, .trace = {}, .deadline = clock_.now() + Duration{5'000}, .payload = std::move(payload)}); }
  Result<std::string> answer(Json::Array records) { return answer(Json::object({{"Records", Json(std::move(records))}}).text()); }

  ManualClock clock_;
  SeededRandom random_{1};
  std::unique_ptr<Logger> logger_ = null_logger();
  std::unique_ptr<MemoryTable> table_ = memory_table();
  std::vector<std::string> sent_;  // "group consumer subject"
  std::vector<Duration> delays_;   // of those that were put off
  int calls_ = 0;                  // of queues
  std::string broken_;             // a group whose queue does not take anything
  std::string refused_;            // a subject that no queue takes
  Fanout fanout_{{.rows = rows(), .table = *table_, .read_item = read_item,
                  .enqueue = [this](const Call&, std::string_view group, const std::vector<QueuedMessage>& messages) {
                    ++calls_;
                    std::vector<Result<void>> outcomes;
                    for (const auto& [body, delay] : messages) {
                      const auto work = queue_work_from(body);
                      const auto& message = std::get<ForConsumer>(work);
                      const bool taken = group != broken_ && message.event.subject != refused_;
                      if (taken) sent_.push_back(fmt::format("{} {} {}", group, message.consumer, message.event.subject));
                      if (taken && delay > Duration{0}) delays_.push_back(delay);
                      outcomes.push_back(taken ? Result<void>() : fail(ErrorCode::unavailable, "The queue does not take it."));
                    }
                    return outcomes;
                  },
                  .clock = clock_, .random = random_, .logger = *logger_}};
};

constexpr auto kAllDone = R"({"batchItemFailures":[]})";

TEST_F(FanoutTest, SendsAnEventToTheQueueOfEachConsumerAndForgetsIt) {
  EXPECT_EQ(answer({record(event("a"), "1"), record(event("b", "thing.made"), "2"), record(event("c", "nobody.cares"), "3")}).value(), kAllDone);
  EXPECT_THAT(sent_, UnorderedElementsAre("removal remove a", "mail tell a", "mail other b"));
  EXPECT_THAT(table_->items(), IsEmpty());
  EXPECT_THAT(fanout_.groups(), ElementsAre("mail", "removal"));
}

TEST_F(FanoutTest, HandsABatchToEachQueueAtOnce) {
  Json::Array records;
  for (int n = 0; n < 250; ++n) records.push_back(record(event(fmt::format("s{}", n)), fmt::to_string(n)));
  EXPECT_EQ(answer(std::move(records)).value(), kAllDone);
  EXPECT_EQ(sent_.size(), 500u);
  EXPECT_EQ(calls_, 2);
  EXPECT_THAT(table_->items(), IsEmpty());
}

TEST_F(FanoutTest, GivesBackWhatFailedAndKeepsIt) {
  refused_ = "b";
  const Item first = event("a"), second = event("b"), third = event("c");
  EXPECT_EQ(answer({record(first, "1"), record(second, "2"), record(third, "3")}).value(), R"({"batchItemFailures":[{"itemIdentifier":"2"}]})");
  EXPECT_THAT(sent_, UnorderedElementsAre("removal remove a", "mail tell a", "removal remove c", "mail tell c"));
  ASSERT_EQ(table_->items().size(), 1u);
  EXPECT_EQ(table_->items().front().key, second.key);
  refused_ = "";
  sent_.clear();
  EXPECT_EQ(answer({record(second, "2"), record(third, "3")}).value(), kAllDone);
  EXPECT_THAT(sent_, UnorderedElementsAre("removal remove b", "mail tell b", "removal remove c", "mail tell c")) << "from there on all again: at least once";
  EXPECT_THAT(table_->items(), IsEmpty());
}

TEST_F(FanoutTest, AnEventFailsWithAnyOfItsQueues) {
  broken_ = "mail";
  const Item item = event("a");
  EXPECT_EQ(answer({record(item, "1")}).value(), R"({"batchItemFailures":[{"itemIdentifier":"1"}]})");
  EXPECT_THAT(sent_, ElementsAre("removal remove a"));
  EXPECT_EQ(table_->items().size(), 1u);
}

TEST_F(FanoutTest, WhatCannotBeReadComesAgainWithAllThatFollows) {
  Item bad = event("b");
  bad.set("unreadable", "x");
  EXPECT_EQ(answer({record(event("a", "thing.made"), "1"), record(bad, "2"), record(event("c", "thing.made"), "3")}).value(), R"({"batchItemFailures":[{"itemIdentifier":"2"}]})");
  EXPECT_THAT(sent_, ElementsAre("mail other a"));
}

TEST_F(FanoutTest, AnEventOfLaterIsPutOffByItsQueue) {
  EXPECT_EQ(answer({record(event("a", "thing.made", std::chrono::minutes{10}), "1"), record(event("b", "thing.made"), "2")}).value(), kAllDone);
  EXPECT_THAT(sent_, ElementsAre("mail other a", "mail other b"));
  EXPECT_THAT(delays_, ElementsAre(Duration{600'000}));
  EXPECT_THAT(table_->items(), IsEmpty());
}

TEST_F(FanoutTest, AnEventOfMuchLaterStaysInTheOutboxUntilAQueueCanHoldIt) {
  EXPECT_EQ(answer({record(event("a", "thing.made", std::chrono::minutes{40}), "1")}).value(), kAllDone);
  const std::string schedule = R"({"schedule":"fanout"})";
  clock_.advance(std::chrono::minutes{20});
  EXPECT_TRUE(answer(schedule));
  EXPECT_THAT(sent_, IsEmpty());
  clock_.advance(std::chrono::minutes{15});
  EXPECT_TRUE(answer(schedule));
  EXPECT_THAT(sent_, ElementsAre("mail other a"));
  EXPECT_THAT(delays_, ElementsAre(Duration{300'000}));
  EXPECT_THAT(table_->items(), IsEmpty());
}

TEST_F(FanoutTest, PassesOverWhatIsNoNewEvent) {
  Item lease{keys::outbox_lease(1), {}}, user{keys::user(UserId("u1")), {}};
  lease.set("type", "thing.released");
  user.set("type", "thing.released");
  user.set("unreadable", "x");
  EXPECT_EQ(answer({record(lease, "1"), record(user, "2"), record(event("a"), "3", "REMOVE"), record(event("b"), "4", "MODIFY")}).value(), kAllDone);
  EXPECT_THAT(sent_, IsEmpty());
  EXPECT_EQ(table_->items().size(), 2u);
}

TEST_F(FanoutTest, GivesARedrivenEventToItsOneConsumer) {
  Item item = event("a");
  item.set(std::string(kOnlyFor), "tell");
  EXPECT_EQ(answer({record(item, "1")}).value(), kAllDone);
  EXPECT_THAT(sent_, ElementsAre("mail tell a"));
}

TEST_F(FanoutTest, LooksForWhatTheStreamHasLost) {
  event("old");
  event("older", "thing.made");
  ASSERT_TRUE(table_->write(call(), {Put{Item{keys::outbox_lease(3), {}}, {}}}));
  clock_.sleep_until(clock_.now() + std::chrono::minutes{20});
  event("young");
  EXPECT_TRUE(answer(std::string(R"({"schedule":"fanout"})")));
  EXPECT_THAT(sent_, UnorderedElementsAre("removal remove old", "mail tell old", "mail other older"));
  EXPECT_EQ(table_->items().size(), 2u) << "the young one and the lease";
}

TEST_F(FanoutTest, OneEventThatFailsKeepsNoOtherWaiting) {
  for (int n = 0; n < 64; ++n) event(fmt::format("s{}", n), "thing.made");  // four for each shard or so
  refused_ = "s7";
  clock_.advance(std::chrono::minutes{20});
  const auto answered = answer(std::string(R"({"schedule":"fanout"})"));
  ASSERT_FALSE(answered) << "the alarm is to know";
  EXPECT_EQ(answered.error().code, ErrorCode::unavailable);
  EXPECT_EQ(sent_.size(), 63u);
  ASSERT_EQ(table_->items().size(), 1u);
  refused_.clear();
  EXPECT_TRUE(answer(std::string(R"({"schedule":"fanout"})")));
  EXPECT_THAT(table_->items(), IsEmpty());
}

TEST_F(FanoutTest, ASweepBeginsAtAnotherShardEachTime) {
  std::map<std::string, std::string> subjects;  // one of each shard
  for (int n = 0; n < 500; ++n) subjects.emplace(outbox_item({.subject = fmt::format("s{}", n)}).key.partition, fmt::format("s{}", n));
  ASSERT_EQ(subjects.size(), static_cast<std::size_t>(keys::kOutboxShards));
  std::set<std::string> first;
  for (int run = 0; run < 20; ++run) {
    for (const auto& [shard, subject] : subjects) event(subject, "thing.made");
    clock_.advance(std::chrono::minutes{20});
    sent_.clear();
    ASSERT_TRUE(answer(std::string(R"({"schedule":"fanout"})")));
    first.insert(sent_.front());
  }
  EXPECT_GT(first.size(), 3u) << "a run that time ends must not end at the same shards always";
}

TEST_F(FanoutTest, RefusesOtherPayloads) {
  for (const char* other : {"{}", "[]", R"({"schedule":"sweep"})", "no JSON"}) EXPECT_EQ(answer(std::string(other)).error().code, ErrorCode::internal) << other;
}

}  // namespace
}  // namespace satchel::lambda
