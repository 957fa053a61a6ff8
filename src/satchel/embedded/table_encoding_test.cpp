// SPDX-License-Identifier: Apache-2.0
#include "satchel/embedded/table_encoding.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <limits>
#include <vector>

namespace satchel::embedded {
namespace {

TEST(RowKey, KeepsTheOrderOfPartsAndComesBack) {
  const std::vector<std::string> parts{std::string("\0", 1), std::string("\0\0", 2), std::string("\0\x01", 2), std::string("\0\xFF", 2), "\x01",
                                       "a", std::string("a\0", 2), std::string("a\0b", 3), "a\x01", "aa", "b", "\xFF", "\xFF\xFF"};
  std::vector<std::string> rows, index_rows;
  for (const std::string& partition : parts) {
    for (const std::string& sort : parts) {
      const Key key{partition, sort};
      rows.push_back(row_key(key));
      EXPECT_EQ(key_of_row(rows.back()), key);
      index_rows.push_back(index_row_key(key, {"base", "item"}));
      EXPECT_EQ(key_of_index_row(index_rows.back()), (Key{"base", "item"}));
    }
  }
  EXPECT_TRUE(std::ranges::is_sorted(rows));
  EXPECT_TRUE(std::ranges::is_sorted(index_rows));
}

TEST(RowKey, RefusesBytesThatAreNone) {
  for (const std::string& bytes : {std::string(), std::string("p"), std::string("p\0", 2), std::string("p\0\x01", 3), std::string("p\0\x02s", 4)}) {
    EXPECT_FALSE(key_of_row(bytes));
    EXPECT_FALSE(key_of_index_row(bytes));
  }
}

TEST(ItemBytes, ComeBackWithEveryKindOfValue) {
  const Item item{{"p", "s"},
                  {{"", "no name"}, {"text", std::string("a\0b", 3)}, {"empty", ""}, {"long", std::string(300, 'x')}, {"yes", true}, {"no", false},
                   {"zero", 0}, {"minus one", -1}, {"most", std::numeric_limits<std::int64_t>::max()}, {"least", std::numeric_limits<std::int64_t>::min()}}};
  EXPECT_EQ(decode(item.key, encode(item)).value(), item);
  EXPECT_EQ(decode({"p", "s"}, encode(Item{})).value(), (Item{{"p", "s"}, {}}));
}

TEST(ItemBytes, StayAsTheyWereWrittenByTheFirstVersion) {
  const Item item{{"p", "s"}, {{"n", 300}, {"t", "x"}, {"y", true}}};
  EXPECT_EQ(encode(item), std::string("\x01\x01n\x01\xD8\x04\x01t\x00\x01x\x01y\x03", 14));
}

TEST(ItemBytes, AreRefusedWhereTheyAreCutOrOfAnotherVersion) {
  const std::string bytes = encode({{"p", "s"}, {{"name", "value"}, {"number", 1'000'000}}});
  int refused = 0;
  for (std::size_t size = 0; size < bytes.size(); ++size) refused += !decode({"p", "s"}, bytes.substr(0, size));
  EXPECT_EQ(refused, static_cast<int>(bytes.size()) - 2) << "only the version alone, or the first attribute, are whole";
  EXPECT_FALSE(decode({"p", "s"}, "\x02" + bytes.substr(1)));
  EXPECT_FALSE(decode({"p", "s"}, std::string("\x01\x01n\x01", 4) + std::string(11, '\xFF')));
}

TEST(TimeToLive, IsReadFromItemsAndIndexRows) {
  const Item item{{"p", "s"}, {{"a", "x"}, {"ttl", 1'795'521'600}, {"z", 1}}};
  EXPECT_EQ(ttl_of_item(encode(item)), 1'795'521'600);
  EXPECT_EQ(ttl_of_index_row(encode_ttl(item)), 1'795'521'600);
  EXPECT_FALSE(ttl_of_item(encode({{"p", "s"}, {{"ttl", "text"}}})));
  EXPECT_FALSE(ttl_of_index_row(encode_ttl({{"p", "s"}, {}})));
  EXPECT_FALSE(ttl_of_index_row(encode_ttl({{"p", "s"}, {{"ttl", "text"}}})));
}

}  // namespace
}  // namespace satchel::embedded
