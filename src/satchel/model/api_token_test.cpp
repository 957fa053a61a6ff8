// SPDX-License-Identifier: Apache-2.0
#include "satchel/model/api_token.hpp"

#include <gtest/gtest.h>

#include "satchel/base/random.hpp"

namespace satchel {
namespace {

TEST(ApiToken, IsKnownByItsForm) {
  const std::string token = new_api_token(*system_random());
  EXPECT_TRUE(is_api_token(token));
  for (const std::string& bad : {std::string(), std::string("st_"), token + "x", token.substr(1), "st_" + std::string(43, '/')}) {
    EXPECT_FALSE(is_api_token(bad)) << bad;
  }
}

TEST(ApiToken, ComesBackFromItsItem) {
  const ApiToken token{.id = TokenId("h"), .user = UserId("u"), .name = "backup", .scopes = {"files:read", "links:write"},
                       .created = from_millis(1000), .expires = from_millis(90'000), .last_used = from_millis(5000)};
  const Item item = to_item(token);
  const ApiToken back = api_token_from(item);
  EXPECT_EQ(back.scopes, token.scopes);
  EXPECT_EQ(back.expires, token.expires);
  EXPECT_EQ(back.last_used, token.last_used);
  EXPECT_EQ(to_item(back), item);
  EXPECT_EQ(item.number(kTimeToLive), 90);
}

}  // namespace
}  // namespace satchel
