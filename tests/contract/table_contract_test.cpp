// SPDX-License-Identifier: Apache-2.0
// What every Table promises. Where an adapter differs, that is a defect, or a gap of a test engine and a line in docs/differences.md.
#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <atomic>
#include <limits>
#include <thread>

#include "satchel/base/clock.hpp"
#include "satchel/memory/table.hpp"
#include "tests/contract/table_adapters.hpp"

namespace satchel::contract {
namespace {

using testing::ElementsAre;
using testing::ElementsAreArray;
using testing::IsEmpty;

constexpr int kThreads = 8;

Call soon() {
  const Time now = system_clock()->now();
  return {now, now + std::chrono::seconds{60}};
}

/// As a caller does: conflicts are tried again, everything else is an answer.
Result<WriteOutcome> write(Table& table, const Transaction& transaction) {
  for (int attempt = 0;; ++attempt) {
    auto outcome = table.write(soon(), transaction);
    if (outcome || outcome.error().code != ErrorCode::conflict || attempt == 1000) return outcome;
    std::this_thread::yield();
  }
}

std::vector<std::string> sorts(const std::vector<Item>& items) {
  std::vector<std::string> keys;
  for (const Item& item : items) keys.push_back(item.key.sort);
  return keys;
}

class TableContract : public testing::TestWithParam<TableAdapter> {
 protected:
  Table& table() { return *ground_.table; }
  bool has(Gap gap) const {
    if (!GetParam().gaps.contains(gap)) return false;
    RecordProperty("gap", std::string(reason(gap)));
    return true;
  }

  void put(Item item) {
    const auto outcome = write(table(), {Put{std::move(item), {}}});
    ASSERT_TRUE(outcome) << outcome.error().message << ' ' << outcome.error().detail;
    ASSERT_TRUE(outcome->committed());
  }
  void put_sorts(const std::string& partition, const std::vector<std::string>& keys) {
    for (const std::string& key : keys) put({{partition, key}, {}});
  }
  std::optional<Item> get(const Key& key) {
    auto item = table().get(soon(), key);
    EXPECT_TRUE(item) << item.error().message << ' ' << item.error().detail;
    return item ? *item : std::nullopt;
  }
  /// All pages of a query.
  std::vector<Item> all(Query query) {
    std::vector<Item> items;
    for (int pages = 0; pages < 10'000; ++pages) {
      auto page = table().query(soon(), query);
      EXPECT_TRUE(page) << page.error().message << ' ' << page.error().detail;
      if (!page) return items;
      EXPECT_LE(page->items.size(), static_cast<std::size_t>(query.limit));
      items.insert(items.end(), page->items.begin(), page->items.end());
      query.cursor = page->cursor;
      if (query.cursor.empty()) return items;
    }
    ADD_FAILURE() << "the query does not end";
    return items;
  }
  /// An index read repeated until it shows this many items: indexes may lag.
  std::vector<Item> settled(const Query& query, std::size_t count) {
    std::vector<Item> items = all(query);
    for (int attempt = 0; attempt < 1000 && items.size() != count; ++attempt) items = all(query);
    return items;
  }
  void expect_refused(const Transaction& transaction, ErrorCode code) {
    const auto outcome = write(table(), transaction);
    ASSERT_FALSE(outcome);
    EXPECT_EQ(outcome.error().code, code) << outcome.error().message;
    EXPECT_FALSE(outcome.error().message.empty());
  }
  /// What a condition decides in each kind of operation.
  std::vector<bool> committed(const Key& key, const Condition& condition, const std::optional<Item>& before) {
    std::vector<bool> outcomes;
    for (const Operation& operation : std::initializer_list<Operation>{
             Put{{key, {{"put", true}}}, condition}, Update{.key = key, .set = {{"updated", true}}, .condition = condition},
             Delete{key, condition}, Check{key, condition}}) {
      EXPECT_TRUE(write(table(), {before ? Operation(Put{*before, {}}) : Operation(Delete{key, {}})}));
      const auto outcome = write(table(), {operation});
      EXPECT_TRUE(outcome) << outcome.error().message << ' ' << outcome.error().detail;
      outcomes.push_back(outcome && outcome->committed());
      if (!outcomes.back()) {
        EXPECT_EQ(get(key), before) << "a condition that did not hold wrote something";
      }
    }
    return outcomes;
  }

  Ground ground_ = GetParam().make();
};

TEST_P(TableContract, ReadsBackEveryKindOfValue) {
  const Item item{{"p", "s"},
                  {{"text", "Grüße, \"日本\"\n"}, {"empty", ""}, {"yes", true}, {"no", false}, {"zero", 0}, {"minus", -7},
                   {"most", std::numeric_limits<std::int64_t>::max()}, {"least", std::numeric_limits<std::int64_t>::min()}}};
  put(item);
  EXPECT_EQ(get(item.key), item);
}

TEST_P(TableContract, TakesAbsenceForNoError) {
  EXPECT_FALSE(get({"p", "absent"}));
  EXPECT_TRUE(write(table(), {Delete{{"p", "absent"}, {}}})->committed());
  EXPECT_THAT(all({.partition = "absent"}), IsEmpty());
}

TEST_P(TableContract, ReplacesTheWholeItemByPut) {
  put({{"p", "s"}, {{"old", 1}, {"both", 1}}});
  put({{"p", "s"}, {{"both", 2}}});
  EXPECT_EQ(get({"p", "s"}), (Item{{"p", "s"}, {{"both", 2}}}));
}

TEST_P(TableContract, JudgesEveryConditionInEveryOperation) {
  const Key key{"p", "s"};
  const Item held{key, {{"n", 5}, {"t", "x"}, {"b", true}, {"empty", ""}}};
  const std::vector<bool> yes(4, true), no(4, false);
  EXPECT_EQ(committed(key, Condition::exists(), held), yes);
  EXPECT_EQ(committed(key, Condition::exists(), std::nullopt), no);
  EXPECT_EQ(committed(key, Condition::absent(), held), no);
  EXPECT_EQ(committed(key, Condition::absent(), std::nullopt), yes);
  EXPECT_EQ(committed(key, Condition::equals("t", "x"), held), yes);
  EXPECT_EQ(committed(key, Condition::equals("t", "y"), held), no);
  EXPECT_EQ(committed(key, Condition::equals("empty", ""), held), yes);
  EXPECT_EQ(committed(key, Condition::equals("missing", ""), held), no);
  EXPECT_EQ(committed(key, Condition::equals("t", "x"), std::nullopt), no);
  EXPECT_EQ(committed(key, Condition::equals("b", true), held), yes);
  EXPECT_EQ(committed(key, Condition::equals("n", 5), held), yes);
  EXPECT_EQ(committed(key, Condition::equals("n", "5"), held), no) << "a number is not its text";
  EXPECT_EQ(committed(key, Condition::at_least("n", 5), held), yes);
  EXPECT_EQ(committed(key, Condition::at_least("n", 6), held), no);
  EXPECT_EQ(committed(key, Condition::at_least("missing", 0), held), no);
  EXPECT_EQ(committed(key, Condition::at_least("n", 1).and_equals("t", "x"), held), yes);
  EXPECT_EQ(committed(key, Condition::at_least("n", 1).and_equals("t", "y"), held), no);
  EXPECT_EQ(committed(key, Condition::exists().and_at_least("n", 5).and_equals("b", true), held), yes);
}

TEST_P(TableContract, HoldsNoTextForANumber) {
  const Key key{"p", "s"};
  const Item held{key, {{"t", "x"}}};
  if (!has(Gap::compares_types)) {
    EXPECT_EQ(committed(key, Condition::at_least("t", 0), held), std::vector<bool>(4, false));
    return;
  }
  put(held);
  EXPECT_FALSE(write(table(), {Delete{key, Condition::at_least("t", 0)}})) << "the gap is closed: take it off this engine";
  EXPECT_EQ(get(key), held);
}

TEST_P(TableContract, WritesAllOrNothingAndNamesTheFirstConditionThatFailed) {
  put({{"p", "there"}, {{"n", 1}}});
  const auto outcome = write(table(), {Put{{{"p", "new"}, {}}, Condition::absent()},
                                       Update{.key = {"p", "there"}, .add = {{"n", 1}}, .condition = Condition::exists()},
                                       Check{{"q", "missing"}, Condition::exists()},
                                       Put{{{"p", "there too"}, {}}, Condition::exists()}});
  ASSERT_TRUE(outcome);
  EXPECT_EQ(outcome->failed, 2u);
  EXPECT_FALSE(get({"p", "new"}));
  EXPECT_EQ(get({"p", "there"})->number("n"), 1);
}

TEST_P(TableContract, WritesAHundredOperationsOverManyPartitions) {
  Transaction transaction;
  for (int n = 0; n < 100; ++n) transaction.push_back(Put{{{fmt::format("p{}", n), "s"}, {{"n", n}}}, Condition::absent()});
  EXPECT_TRUE(write(table(), transaction)->committed());
  EXPECT_EQ(get({"p99", "s"})->number("n"), 99);
  EXPECT_EQ(write(table(), transaction)->failed, 0u);
}

TEST_P(TableContract, JudgesConditionsBeforeTheTransactionNotWithinIt) {
  const auto outcome = write(table(), {Put{{{"p", "a"}, {}}, {}}, Check{{"p", "b"}, Condition::absent()}, Put{{{"p", "c"}, {}}, {}}});
  EXPECT_TRUE(outcome->committed());
  EXPECT_EQ(write(table(), {Check{{"p", "a"}, Condition::exists()}})->failed, std::nullopt);
}

TEST_P(TableContract, UpdatesSetAddAndRemove) {
  put({{"p", "s"}, {{"keep", "k"}, {"set", "old"}, {"n", 10}, {"gone", true}}});
  const Update update{.key = {"p", "s"}, .set = {{"set", 3}, {"fresh", "f"}}, .add = {{"n", -4}, {"from nothing", 2}}, .remove = {"gone", "never was"}};
  EXPECT_TRUE(write(table(), {update})->committed());
  EXPECT_EQ(get({"p", "s"}), (Item{{"p", "s"}, {{"keep", "k"}, {"set", 3}, {"fresh", "f"}, {"n", 6}, {"from nothing", 2}}}));
}

TEST_P(TableContract, MakesAnItemByUpdateWhereTheConditionAllowsIt) {
  EXPECT_TRUE(write(table(), {Update{.key = {"p", "s"}, .set = {{"t", "x"}}, .add = {{"n", 1}}}})->committed());
  EXPECT_EQ(get({"p", "s"}), (Item{{"p", "s"}, {{"t", "x"}, {"n", 1}}}));
  EXPECT_EQ(write(table(), {Update{.key = {"p", "other"}, .set = {{"t", "x"}}, .condition = Condition::exists()}})->failed, 0u);
  EXPECT_FALSE(get({"p", "other"}));
}

TEST_P(TableContract, RefusesToAddToText) {
  put({{"p", "s"}, {{"t", "text"}}});
  expect_refused({Put{{{"p", "beside"}, {}}, {}}, Update{.key = {"p", "s"}, .add = {{"t", 1}}}}, ErrorCode::invalid);
  EXPECT_FALSE(get({"p", "beside"}));
}

TEST_P(TableContract, ListsAnItemInAnIndexExactlyWhileItHasItsKeys) {
  struct Names { Index index; std::string partition, sort; };
  for (const auto& [index, partition, sort] : {Names{Index::gsi1, "gsi1pk", "gsi1sk"}, Names{Index::gsi2, "gsi2pk", "gsi2sk"}}) {
    const Query mine{.index = index, .partition = "M"};
    const Key key{"p", "s" + partition};
    put({{"p", "plain" + partition}, {{"n", 1}}});
    put({key, {{partition, "M"}, {sort, "1"}, {"n", 1}}});
    auto listed = settled(mine, 1);
    ASSERT_EQ(listed.size(), 1u);
    EXPECT_EQ(listed[0], *get(key)) << "an index gives whole items";

    EXPECT_TRUE(write(table(), {Update{.key = key, .set = {{partition, "N"}}}})->committed());
    EXPECT_THAT(settled(mine, 0), IsEmpty());
    EXPECT_EQ(settled({.index = index, .partition = "N"}, 1).size(), 1u);

    EXPECT_TRUE(write(table(), {Update{.key = key, .remove = {partition, sort}}})->committed());
    EXPECT_THAT(settled({.index = index, .partition = "N"}, 0), IsEmpty());
    EXPECT_TRUE(get(key)) << "leaving an index is not leaving the table";

    put({key, {{partition, "M"}, {sort, "1"}}});
    EXPECT_EQ(settled(mine, 1).size(), 1u);
    EXPECT_TRUE(write(table(), {Delete{key, {}}})->committed());
    EXPECT_THAT(settled(mine, 0), IsEmpty());
  }
}

TEST_P(TableContract, ShowsAChangeOfOtherAttributesInTheIndex) {
  put({{"p", "s"}, {{"gsi2pk", "D"}, {"gsi2sk", "1"}, {"n", 1}}});
  EXPECT_TRUE(write(table(), {Update{.key = {"p", "s"}, .add = {{"n", 41}}}})->committed());
  std::vector<Item> listed;
  for (int attempt = 0; attempt < 1000 && (listed.empty() || listed[0].number("n") != 42); ++attempt) listed = all({.index = Index::gsi2, .partition = "D"});
  EXPECT_THAT(listed, ElementsAre(*get({"p", "s"})));
}

TEST_P(TableContract, HoldsManyItemsInOnePlaceOfAnIndex) {
  for (int n = 0; n < 9; ++n) put({{fmt::format("p{}", n), "s"}, {{"gsi1pk", "M"}, {"gsi1sk", "same"}}});
  const Query one_by_one{.index = Index::gsi1, .partition = "M", .limit = 1};
  std::vector<std::string> partitions;
  for (const Item& item : settled(one_by_one, 9)) partitions.push_back(item.key.partition);
  std::ranges::sort(partitions);
  EXPECT_THAT(partitions, ElementsAre("p0", "p1", "p2", "p3", "p4", "p5", "p6", "p7", "p8"));
}

TEST_P(TableContract, ListsInTheOrderOfBytes) {
  const std::vector<std::string> order{"!", "0", "10", "2", "A", "Z", "_", "a", "a!", "aa", "b", "~", "é", "日", "😀"};
  std::vector<std::string> shuffled = order;
  std::ranges::reverse(shuffled);
  std::swap(shuffled[3], shuffled[9]);
  put_sorts("p", shuffled);
  EXPECT_THAT(sorts(all({.partition = "p"})), ElementsAreArray(order));
  std::vector<std::string> backward = order;
  std::ranges::reverse(backward);
  EXPECT_THAT(sorts(all({.partition = "p", .forward = false})), ElementsAreArray(backward));
}

TEST_P(TableContract, KeepsPartitionsApartThatBeginAlike) {
  put_sorts("p", {"a", "z"});
  put_sorts("p!", {"b"});
  put_sorts("pp", {"c"});
  put_sorts("p\x01", {"d"});
  EXPECT_THAT(sorts(all({.partition = "p"})), ElementsAre("a", "z"));
  EXPECT_THAT(sorts(all({.partition = "p", .forward = false})), ElementsAre("z", "a"));
  EXPECT_THAT(sorts(all({.partition = "p!"})), ElementsAre("b"));
}

TEST_P(TableContract, NarrowsByPrefixAndRange) {
  put_sorts("p", {"C#a", "C#b", "C#c", "META", "V#1", "V#2"});
  EXPECT_THAT(sorts(all({.partition = "p", .prefix = "C#"})), ElementsAre("C#a", "C#b", "C#c"));
  EXPECT_THAT(sorts(all({.partition = "p", .prefix = "C#", .forward = false})), ElementsAre("C#c", "C#b", "C#a"));
  EXPECT_THAT(sorts(all({.partition = "p", .from = "C#c", .until = "V#1"})), ElementsAre("C#c", "META"));
  EXPECT_THAT(sorts(all({.partition = "p", .from = "V"})), ElementsAre("V#1", "V#2"));
  EXPECT_THAT(sorts(all({.partition = "p", .until = "C#b"})), ElementsAre("C#a"));
  EXPECT_THAT(sorts(all({.partition = "p", .until = "META", .forward = false})), ElementsAre("C#c", "C#b", "C#a"));
  EXPECT_THAT(sorts(all({.partition = "p", .prefix = "C#", .from = "C#b"})), ElementsAre("C#b", "C#c"));
  EXPECT_THAT(sorts(all({.partition = "p", .prefix = "C#", .until = "C#b"})), ElementsAre("C#a"));
  EXPECT_THAT(sorts(all({.partition = "p", .prefix = "C#", .from = "A", .until = "Z"})), ElementsAre("C#a", "C#b", "C#c"));
  EXPECT_THAT(all({.partition = "p", .prefix = "C#", .from = "D"}), IsEmpty());
  EXPECT_THAT(all({.partition = "p", .from = "b", .until = "a"}), IsEmpty());
  EXPECT_THAT(all({.partition = "p", .prefix = "X"}), IsEmpty());
}

TEST_P(TableContract, NarrowsAnIndexLikewise) {
  for (const char* time : {"1", "2", "3", "4"}) put({{"p", time}, {{"gsi2pk", "DUE"}, {"gsi2sk", std::string("t") + time}}});
  ASSERT_EQ(settled({.index = Index::gsi2, .partition = "DUE"}, 4).size(), 4u);
  EXPECT_THAT(sorts(settled({.index = Index::gsi2, .partition = "DUE", .until = "t3"}, 2)), ElementsAre("1", "2"));
  EXPECT_THAT(sorts(settled({.index = Index::gsi2, .partition = "DUE", .from = "t2", .forward = false}, 3)), ElementsAre("4", "3", "2"));
}

TEST_P(TableContract, PagesThroughEverythingOnceInBothDirections) {
  std::vector<std::string> keys;
  for (int n = 0; n < 50; ++n) keys.push_back(fmt::format("{:03}", n));
  put_sorts("p", keys);
  for (const int limit : {1, 7, 50, 1000}) {
    EXPECT_THAT(sorts(all({.partition = "p", .limit = limit})), ElementsAreArray(keys));
    EXPECT_THAT(sorts(all({.partition = "p", .forward = false, .limit = limit})), ElementsAreArray(keys.rbegin(), keys.rend()));
  }
}

TEST_P(TableContract, PagesOnWhileItemsComeAndGo) {
  std::vector<std::string> keys;
  for (int n = 0; n < 40; ++n) keys.push_back(fmt::format("{:03}", n));
  for (const bool forward : {true, false}) {
    const std::string partition = forward ? "forward" : "backward";
    put_sorts(partition, keys);
    Query query{.partition = partition, .forward = forward, .limit = 10};
    std::vector<std::string> seen;
    for (int round = 0; round == 0 || !query.cursor.empty(); ++round) {
      const auto page = table().query(soon(), query);
      ASSERT_TRUE(page);
      for (const Item& item : page->items) seen.push_back(item.key.sort);
      query.cursor = page->cursor;
      // The item that the cursor stands on goes away; others appear on both sides of it.
      if (!seen.empty()) {
        ASSERT_TRUE(write(table(), {Delete{{partition, seen.back()}, {}}}));
      }
      ASSERT_TRUE(write(table(), {Put{{{partition, fmt::format("{:03}+{}", 0, round)}, {{"late", true}}}, {}}}));
      ASSERT_TRUE(write(table(), {Put{{{partition, fmt::format("{:03}+{}", 39, round)}, {{"late", true}}}, {}}}));
      ASSERT_LT(round, 1000);
    }
    std::erase_if(seen, [](const std::string& key) { return key.contains('+'); });
    std::vector<std::string> sorted = keys;
    if (!forward) std::ranges::reverse(sorted);
    EXPECT_THAT(seen, ElementsAreArray(sorted)) << "what was there all the time is seen exactly once, in order";
  }
}

TEST_P(TableContract, RefusesACursorOfAnotherQuery) {
  put_sorts("p", {"1", "2", "3"});
  put_sorts("q", {"1", "2", "3"});
  Query query{.partition = "p", .limit = 1};
  for (int attempt = 0; query.cursor.empty() && attempt < 100; ++attempt) query.cursor = table().query(soon(), query)->cursor;
  ASSERT_FALSE(query.cursor.empty());
  Query more = query;
  more.limit = 2;
  EXPECT_TRUE(table().query(soon(), more)) << "the limit may change";
  for (auto change : {+[](Query& q) { q.partition = "q"; }, +[](Query& q) { q.forward = false; }, +[](Query& q) { q.prefix = "1"; },
                      +[](Query& q) { q.index = Index::gsi1; }, +[](Query& q) { q.cursor = "nonsense"; },
                      +[](Query& q) { q.cursor += "AAAA"; q.cursor.erase(0, 4); }}) {
    Query other = query;
    change(other);
    const auto page = table().query(soon(), other);
    ASSERT_FALSE(page);
    EXPECT_EQ(page.error().code, ErrorCode::invalid);
  }
}

TEST_P(TableContract, RefusesWhatIsOverItsLimits) {
  Transaction many;
  for (int n = 0; n < 101; ++n) many.push_back(Put{{{"p", std::to_string(n)}, {}}, {}});
  expect_refused(many, ErrorCode::invalid);
  expect_refused({}, ErrorCode::invalid);
  expect_refused({Put{{{"p", "s"}, {}}, {}}, Delete{{"p", "s"}, {}}}, ErrorCode::invalid);
  expect_refused({Put{{{"", "s"}, {}}, {}}}, ErrorCode::invalid);
  expect_refused({Put{{{"p", ""}, {}}, {}}}, ErrorCode::invalid);
  expect_refused({Put{{{std::string(2049, 'p'), "s"}, {}}, {}}}, ErrorCode::invalid);
  expect_refused({Put{{{"p", std::string(1025, 's')}, {}}, {}}}, ErrorCode::invalid);
  expect_refused({Put{{{"p", "s"}, {{"pk", "x"}}}, {}}}, ErrorCode::invalid);
  expect_refused({Put{{{"p", "s"}, {{"gsi1pk", 5}, {"gsi1sk", "x"}}}, {}}}, ErrorCode::invalid);
  expect_refused({Update{.key = {"p", "s"}, .set = {{"a", 1}}, .remove = {"a"}}}, ErrorCode::invalid);
  expect_refused({Put{{{"p", "s"}, {{"a", std::string(400'000, 'x')}}}, {}}}, ErrorCode::too_large);
  Transaction heavy;
  for (int n = 0; n < 11; ++n) heavy.push_back(Put{{{"p", std::to_string(n)}, {{"a", std::string(390'000, 'x')}}}, {}});
  expect_refused(heavy, ErrorCode::too_large);
  EXPECT_THAT(all({.partition = "p"}), IsEmpty());
  EXPECT_EQ(table().query(soon(), {.partition = "p", .limit = 0}).error().code, ErrorCode::invalid);
  EXPECT_EQ(table().query(soon(), {.partition = "p", .limit = 1001}).error().code, ErrorCode::invalid);
  EXPECT_EQ(table().query(soon(), {.partition = ""}).error().code, ErrorCode::invalid);
  EXPECT_EQ(table().batch_get(soon(), std::vector<Key>(101, Key{"p", "s"})).error().code, ErrorCode::invalid);
}

TEST_P(TableContract, HoldsAnItemOfFourHundredKilobytesAndNoMore) {
  const Item large{{"p", "s"}, {{"a", std::string(399'900, 'x')}}};
  put(large);
  EXPECT_EQ(get(large.key), large);
  for (int n = 0; n < 4; ++n) put({{"p", fmt::format("t{}", n)}, large.attributes});
  EXPECT_EQ(all({.partition = "p"}).size(), 5u) << "a page that grows too large is continued";
}

TEST_P(TableContract, LetsNoItemGrowOverItsLimit) {
  const Item large{{"p", "s"}, {{"a", std::string(399'900, 'x')}}};
  put(large);
  const Transaction growing{Update{.key = large.key, .set = {{"b", std::string(200, 'y')}}}};
  if (has(Gap::grown_size)) {
    EXPECT_TRUE(write(table(), growing)) << "the gap is closed: take it off this engine";
    return;
  }
  expect_refused(growing, ErrorCode::too_large);
  EXPECT_EQ(get(large.key), large);
}

TEST_P(TableContract, GetsABatchInTheOrderAsked) {
  put_sorts("p", {"1", "2", "3"});
  const auto items = table().batch_get(soon(), {{"p", "3"}, {"p", "absent"}, {"p", "1"}, {"q", "1"}, {"p", "2"}});
  ASSERT_TRUE(items);
  ASSERT_EQ(items->size(), 5u);
  EXPECT_EQ((*items)[0]->key.sort, "3");
  EXPECT_FALSE((*items)[1]);
  EXPECT_EQ((*items)[2]->key.sort, "1");
  EXPECT_FALSE((*items)[3]);
  EXPECT_EQ((*items)[4]->key.sort, "2");
  EXPECT_THAT(*table().batch_get(soon(), {}), IsEmpty());
}

TEST_P(TableContract, CountsExactlyUnderConcurrentWriters) {
  constexpr int kEach = 25;
  {
    std::vector<std::jthread> writers;
    for (int thread = 0; thread < kThreads; ++thread) {
      writers.emplace_back([this] {
        for (int n = 0; n < kEach; ++n) EXPECT_TRUE(write(table(), {Update{.key = {"p", "counter"}, .add = {{"n", 1}}}}));
      });
    }
  }
  EXPECT_EQ(get({"p", "counter"})->number("n"), kThreads * kEach);
}

TEST_P(TableContract, LetsExactlyOneOfManyWritersWin) {
  if (has(Gap::isolation)) GTEST_SKIP() << reason(Gap::isolation);
  for (int round = 0; round < 10; ++round) {
    std::atomic<int> winners = 0;
    {
      std::vector<std::jthread> writers;
      for (int thread = 0; thread < kThreads; ++thread) {
        writers.emplace_back([&, thread] {
          const Item name{{"names", std::to_string(round)}, {{"thread", thread}}};
          winners += write(table(), {Put{name, Condition::absent()}})->committed();
        });
      }
    }
    EXPECT_EQ(winners, 1);
  }
}

TEST_P(TableContract, NeverOverdrawsAQuotaAndNeverLosesAByteOfIt) {
  if (has(Gap::isolation)) GTEST_SKIP() << reason(Gap::isolation);
  constexpr int kLimit = 60;
  put({{"S#1", "QUOTA"}, {{"avail", kLimit}}});
  std::atomic<int> granted = 0;
  {
    std::vector<std::jthread> writers;
    for (int thread = 0; thread < kThreads; ++thread) {
      writers.emplace_back([&, thread] {
        for (int n = 0; n < 10; ++n) {
          const auto outcome = write(table(), {Update{.key = {"S#1", "QUOTA"}, .add = {{"avail", -1}}, .condition = Condition::at_least("avail", 1)},
                                               Put{{{"UP", fmt::format("{}-{}", thread, n)}, {}}, Condition::absent()}});
          granted += outcome && outcome->committed();
        }
      });
    }
  }
  EXPECT_EQ(granted, kLimit);
  EXPECT_EQ(get({"S#1", "QUOTA"})->number("avail"), 0);
  EXPECT_EQ(all({.partition = "UP", .limit = 7}).size(), static_cast<std::size_t>(kLimit));
}

INSTANTIATE_TEST_SUITE_P(Adapters, TableContract, testing::ValuesIn(table_adapters()), [](const auto& test) { return test.param.name; });

/// How a caller lives with unknown outcomes: a marker in the same transaction tells whether an earlier attempt was done.
TEST(AdversarialTable, CountsExactlyWhenWritersUseMarkers) {
  const auto table = memory_table({.seed = 7, .conflict = 20, .unknown = 30});
  std::atomic<int> unknown = 0;
  {
    std::vector<std::jthread> writers;
    for (int thread = 0; thread < kThreads; ++thread) {
      writers.emplace_back([&, thread] {
        for (int n = 0; n < 50; ++n) {
          const Transaction once{Put{{{"marker", fmt::format("{}-{}", thread, n)}, {}}, Condition::absent()},
                                 Update{.key = {"p", "counter"}, .add = {{"n", 1}}}};
          for (auto outcome = write(*table, once); !outcome; outcome = write(*table, once)) ++unknown;
        }
      });
    }
  }
  EXPECT_GT(unknown, 50);
  EXPECT_EQ((*table->get({}, {"p", "counter"}))->number("n"), kThreads * 50);
}

}  // namespace
}  // namespace satchel::contract
