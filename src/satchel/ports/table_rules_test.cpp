// SPDX-License-Identifier: Apache-2.0
#include "satchel/ports/table_rules.hpp"

#include <gtest/gtest.h>

#include <limits>

namespace satchel {
namespace {

TEST(TableRules, SpanPrefixFromAndUntilAsOneRange) {
  EXPECT_EQ(sort_range({.prefix = "C#"}).first, "C#");
  EXPECT_EQ(sort_range({.prefix = "C#"}).end, "C$");
  EXPECT_EQ(sort_range({.prefix = "a", .from = "ab", .until = "ac"}).first, "ab");
  EXPECT_EQ(sort_range({.prefix = "a", .from = "ab", .until = "ac"}).end, "ac");
  EXPECT_FALSE(sort_range({.from = "x"}).end);
  EXPECT_TRUE(sort_range({.prefix = "b", .until = "a"}).empty());
}

TEST(TableRules, FindWhatIsBehindAPrefixOfHighestBytes) {
  EXPECT_EQ(behind_prefix("a\xFF\xFF"), "b");
  EXPECT_FALSE(behind_prefix("\xFF"));
  EXPECT_FALSE(behind_prefix(""));
}

TEST(TableRules, BindACursorToEverythingButTheLimit) {
  const Query asked{.partition = "N#1", .prefix = "C#"};
  Query next = asked;
  next.cursor = make_cursor(asked, "here");
  next.limit = 7;
  EXPECT_EQ(position_of(next).value(), "here");
  for (auto change : {+[](Query& q) { q.partition = "N#2"; }, +[](Query& q) { q.prefix = "V#"; }, +[](Query& q) { q.forward = false; },
                      +[](Query& q) { q.index = Index::gsi1; }, +[](Query& q) { q.from = "C#a"; }, +[](Query& q) { q.until = "C#z"; },
                      +[](Query& q) { q.cursor = "?"; }, +[](Query& q) { q.cursor.resize(4); }}) {
    Query other = next;
    change(other);
    EXPECT_EQ(position_of(other).error().code, ErrorCode::invalid);
  }
}

TEST(TableRules, RefuseToAddBeyondSixtyFourBitsOrToText) {
  Item item{{"p", "s"}, {{"n", std::numeric_limits<std::int64_t>::max()}, {"t", "text"}}};
  EXPECT_EQ(apply(Update{.key = item.key, .add = {{"n", 1}}}, &item).error().code, ErrorCode::invalid);
  EXPECT_EQ(apply(Update{.key = item.key, .add = {{"t", 1}}}, &item).error().code, ErrorCode::invalid);
  EXPECT_EQ(apply(Update{.key = item.key, .add = {{"new", 3}}}, &item).value()->number("new"), 3);
}

TEST(TableRules, KeepAnItemOutOfAnIndexThatHasHalfItsKey) {
  Item item{{"p", "s"}, {{"gsi1pk", "P"}}};
  EXPECT_FALSE(place_in(Index::gsi1, item));
  item.set(kGsi1Sort, "S");
  EXPECT_EQ(place_in(Index::gsi1, item), (Key{"P", "S"}));
  EXPECT_FALSE(place_in(Index::gsi2, item));
}

}  // namespace
}  // namespace satchel
