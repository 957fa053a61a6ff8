// SPDX-License-Identifier: Apache-2.0
// What is the memory adapters' own: time, randomness, adversity. What the ports promise is tested in tests/contract/.
#include <gtest/gtest.h>

#include "satchel/memory/clock.hpp"
#include "satchel/memory/directory.hpp"
#include "satchel/memory/mailer.hpp"
#include "satchel/memory/random.hpp"
#include "satchel/memory/table.hpp"

namespace satchel {
namespace {

TEST(ManualClock, MovesWhenSomebodySleepsAndNeverBackByThat) {
  ManualClock clock;
  const Time start = clock.now();
  EXPECT_EQ(format_rfc3339(start), "2026-11-24T12:00:00.000Z");
  clock.sleep_until(start + Duration{500});
  EXPECT_EQ(clock.now(), start + Duration{500});
  clock.sleep_until(start);
  EXPECT_EQ(clock.now(), start + Duration{500});
}

TEST(SeededRandom, RepeatsItselfForOneSeedAndNotForAnother) {
  SeededRandom one(7), same(7), other(8);
  const std::string id = random_id(one);
  EXPECT_EQ(random_id(same), id);
  EXPECT_NE(random_id(other), id);
  EXPECT_NE(random_id(one), id);
}

class AdversarialTable : public testing::Test {
 protected:
  std::unique_ptr<MemoryTable> table(const Adversity& adversity) { return memory_table(adversity); }
  static Item item(int n) { return {{"p", "s" + std::to_string(n)}, {{"gsi1pk", "mine"}, {"gsi1sk", "t" + std::to_string(n)}}}; }
  Call call_;
};

TEST_F(AdversarialTable, MeetsConflictsThatWriteNothing) {
  const auto all = table({.conflict = 100});
  EXPECT_EQ(all->write(call_, {Put{item(1), {}}}).error().code, ErrorCode::conflict);
  EXPECT_TRUE(all->items().empty());
}

TEST_F(AdversarialTable, LeavesUnknownWhetherAWriteWasDone) {
  const auto some = table({.conflict = 0, .unknown = 100});
  for (int n = 0; n < 100; ++n) EXPECT_EQ(some->write(call_, {Put{item(n), {}}}).error().code, ErrorCode::unavailable);
  EXPECT_GT(some->items().size(), 20u);
  EXPECT_LT(some->items().size(), 80u);
}

TEST_F(AdversarialTable, ReadsIndexesLateUntilTheySettle) {
  const auto late = table({.conflict = 0, .unknown = 0, .short_page = 0, .stale_index = 100});
  const Query mine{.index = Index::gsi1, .partition = "mine"};
  std::size_t behind = 0;
  for (int n = 0; n < 20; ++n) {
    ASSERT_TRUE(late->write(call_, {Put{item(n), {}}}));
    behind += late->query(call_, mine)->items.size() < static_cast<std::size_t>(n + 1);
  }
  EXPECT_GT(behind, 5u);
  late->be_kind();
  EXPECT_EQ(late->query(call_, mine)->items.size(), 20u);
}

TEST_F(AdversarialTable, GivesShortAndEmptyPagesThatHaveACursor) {
  const auto brief = table({.conflict = 0, .unknown = 0, .short_page = 60});
  for (int n = 0; n < 20; ++n) ASSERT_TRUE(brief->write(call_, {Put{item(n), {}}}));
  int empty = 0, pages = 0;
  for (int round = 0; round < 50; ++round) {
    Query query{.partition = "p", .limit = 10};
    std::size_t seen = 0;
    do {
      const Page page = brief->query(call_, query).value();
      empty += page.items.empty();
      ++pages;
      seen += page.items.size();
      query.cursor = page.cursor;
    } while (!query.cursor.empty());
    EXPECT_EQ(seen, 20u);
  }
  EXPECT_GT(pages, 120);
  EXPECT_GT(empty, 5);
}

TEST(MemoryDirectory, InvitesUntilTakenUpAndKeepsTheLastAdministrator) {
  SeededRandom random(1);
  MemoryDirectory people(random);
  const Call call;
  const auto first = people.invite(call, "ann@example.org", "Ann", Role::admin);
  const auto again = people.invite(call, "Ann@Example.org", "Ann", Role::admin);
  ASSERT_TRUE(first && again);
  EXPECT_NE(first->token, again->token);
  EXPECT_TRUE(people.take_up(again->token));
  EXPECT_FALSE(people.take_up(again->token));
  EXPECT_EQ(people.invite(call, "ann@example.org", "Ann", Role::admin).error().code, ErrorCode::conflict);
  const User ann = people.find_by_email(call, "ANN@example.org")->value();
  EXPECT_EQ(people.set_disabled(call, ann.id, true).error().code, ErrorCode::conflict);
  EXPECT_EQ(people.set_role(call, ann.id, Role::member).error().code, ErrorCode::conflict);
  people.add({.id = UserId("bob"), .email = "bob@example.org", .role = Role::admin});
  EXPECT_EQ(people.set_disabled(call, ann.id, true)->epoch, ann.epoch + 1);
  EXPECT_EQ(people.list(call, 1, "")->people.size(), 1u);
  EXPECT_EQ(people.list(call, 1, people.list(call, 1, "")->cursor)->people.size(), 1u);
}

TEST(MemoryMailer, KeepsWhatItSentAndRefusesHeaderInjection) {
  MemoryMailer mailer;
  EXPECT_TRUE(mailer.send({}, {"ann@example.org", "Hello", "text"}));
  EXPECT_EQ(mailer.send({}, {"ann@example.org\r\nBcc: x@y", "Hello", ""}).error().code, ErrorCode::invalid);
  EXPECT_EQ(mailer.send({}, {"ann@example.org", "Hello\nBcc: x@y", ""}).error().code, ErrorCode::invalid);
  EXPECT_EQ(MemoryMailer(false).send({}, {"ann@example.org", "Hello", ""}).error().code, ErrorCode::unsupported);
  EXPECT_EQ(mailer.sent().size(), 1u);
}

}  // namespace
}  // namespace satchel
