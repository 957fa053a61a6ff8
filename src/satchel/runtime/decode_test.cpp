// SPDX-License-Identifier: Apache-2.0
#include "satchel/runtime/decode.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace satchel {
namespace {

using testing::Pair;
using testing::UnorderedElementsAre;

TEST(Decode, KeepsThePathAsSentAndDecodesTheQueryOnce) {
  const auto target = decode_target("/api/v1/resolve?path=a%2Fb%2520c&x=1+2&empty=&flag").value();
  EXPECT_EQ(target.path, "/api/v1/resolve");
  EXPECT_THAT(target.query, UnorderedElementsAre(Pair("path", "a/b%20c"), Pair("x", "1 2"), Pair("empty", ""), Pair("flag", "")));
  EXPECT_EQ(decode_target("/").value().path, "/");
  EXPECT_EQ(decode_target("/files/").value().path, "/files/");
}

TEST(Decode, RefusesPathsThatHaveTwoReadings) {
  for (const char* bad : {"", "x", "*", "//", "//x", "/a//b", "/.", "/..", "/a/../b", "/a/./b", "/%2e%2e/b", "/a/%2E", "/%", "/%4", "/%zz", "/%00", "/a%0Ab",
                          "/%ff", "/%c0%af", "/%7f"}) {
    const auto target = decode_target(bad);
    ASSERT_FALSE(target) << bad;
    EXPECT_EQ(target.error().type, "bad_path") << bad;
  }
}

TEST(Decode, RefusesQueriesThatHaveTwoReadings) {
  for (const char* bad : {"/?a=1&a=2", "/?a=1&%61=2", "/?=1", "/?a=%", "/?a=%ff", "/?%g1=1"}) {
    const auto target = decode_target(bad);
    ASSERT_FALSE(target) << bad;
    EXPECT_EQ(target.error().type, "bad_query") << bad;
  }
}

TEST(Decode, TakesNoCookieThatCameTwice) {
  EXPECT_THAT(decode_cookies("a=1; b=2=3;c ;=x; a=4;d="), UnorderedElementsAre(Pair("b", "2=3"), Pair("d", "")));
  EXPECT_TRUE(decode_cookies("").empty());
}

}  // namespace
}  // namespace satchel
