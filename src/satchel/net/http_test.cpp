// SPDX-License-Identifier: Apache-2.0
#include "satchel/net/http.hpp"

#include <gtest/gtest.h>

namespace satchel::net {
namespace {

TEST(Fields, KeepTheirOrderAndFindTheFirst) {
  Fields fields{{"a", "1"}, {"b", "2"}};
  fields.add("a", "3");
  EXPECT_EQ(fields.find("a"), "1");
  EXPECT_EQ(fields.count("a"), 2U);
  EXPECT_FALSE(fields.find("c"));
  EXPECT_EQ(fields.size(), 3U);
}

TEST(FieldValue, HasNoControlCharacter) {
  EXPECT_TRUE(is_field_value(""));
  EXPECT_TRUE(is_field_value("attachment; filename*=UTF-8''a\tb"));
  EXPECT_TRUE(is_field_value("\xc3\xa4"));
  using namespace std::string_view_literals;
  for (const auto bad : {"a\r\nSet-Cookie: x"sv, "a\n"sv, "a\r"sv, "a\0b"sv, "\x1b[0m"sv, "a\x7f"sv, " a"sv, "a "sv}) EXPECT_FALSE(is_field_value(bad));
}

TEST(Token, IsWhatNamesAndMethodsAreMadeOf) {
  EXPECT_TRUE(is_token("x-amz-meta-a"));
  for (const char* bad : {"", "a b", "a:", "a\r\n", "\xc3\xa4", "a(b)"}) EXPECT_FALSE(is_token(bad));
}

}  // namespace
}  // namespace satchel::net
