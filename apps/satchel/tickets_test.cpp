// SPDX-License-Identifier: Apache-2.0
#include "apps/satchel/tickets.hpp"

#include <gtest/gtest.h>

#include "satchel/memory/clock.hpp"
#include "satchel/memory/table.hpp"
#include "satchel/model/api_token.hpp"
#include "satchel/model/link.hpp"
#include "satchel/model/user.hpp"

namespace satchel {
namespace {

class TicketsTest : public testing::Test {
 protected:
  void put(Item item) { ASSERT_TRUE(table_->write({clock_.now(), clock_.now() + Duration{1000}}, {Put{std::move(item), {}}})); }
  bool stands(std::string_view ticket) { return ticket_stands(*table_, clock_, ticket); }
  ManualClock clock_;
  std::unique_ptr<MemoryTable> table_ = memory_table();
  User user_{.id = UserId("ann"), .email = "a@b", .epoch = 3};
  Link link_{.id = LinkId("l-1_x"), .owner = UserId("ann"), .version = 2};
};

TEST_F(TicketsTest, APersonsEndsWithTheirEpochOrTheirAccount) {
  EXPECT_FALSE(stands("u:ann:3")) << "nobody of that id";
  put(to_item(user_));
  EXPECT_TRUE(stands("u:ann:3"));
  EXPECT_FALSE(stands("u:ann:2"));
  user_.disabled = true;
  put(to_item(user_));
  EXPECT_FALSE(stands("u:ann:3"));
}

TEST_F(TicketsTest, AnApiTokensEndsWithTheTokenToo) {
  put(to_item(user_));
  ApiToken token{.id = TokenId("t-1_x"), .user = user_.id, .epoch = 3, .name = "n", .created = clock_.now(), .expires = clock_.now() + Duration{1000}};
  EXPECT_FALSE(stands("t:t-1_x:ann:3")) << "no token of that id";
  put(to_item(token));
  EXPECT_TRUE(stands("t:t-1_x:ann:3"));
  EXPECT_FALSE(stands("t:t-1_x:ann:2"));
  clock_.advance(Duration{1000});
  EXPECT_FALSE(stands("t:t-1_x:ann:3"));
}

TEST_F(TicketsTest, ALinksEndsWithItsOwnersAccount) {
  put(to_item(link_));
  EXPECT_FALSE(stands("l:l-1_x:2"));
  put(to_item(user_));
  EXPECT_TRUE(stands("l:l-1_x:2"));
  user_.disabled = true;
  put(to_item(user_));
  EXPECT_FALSE(stands("l:l-1_x:2"));
}

TEST_F(TicketsTest, ALinksEndsAtTheExactSecondOrWhenItIsChangedOrWithdrawn) {
  put(to_item(user_));
  link_.expires = clock_.now() + Duration{1000};
  put(to_item(link_));
  EXPECT_TRUE(stands("l:l-1_x:2"));
  EXPECT_FALSE(stands("l:l-1_x:1"));
  clock_.advance(Duration{1000});
  EXPECT_FALSE(stands("l:l-1_x:2"));
  link_.expires = {};
  put(to_item(link_));
  EXPECT_TRUE(stands("l:l-1_x:2"));
  link_.revoked = clock_.now();
  put(to_item(link_));
  EXPECT_FALSE(stands("l:l-1_x:2"));
}

TEST_F(TicketsTest, ASpentLinkServesWhatWasBegun) {
  link_.max_downloads = 1;
  link_.left = 0;
  put(to_item(user_));
  put(to_item(link_));
  EXPECT_TRUE(stands("l:l-1_x:2"));
}

TEST_F(TicketsTest, NothingElseStands) {
  EXPECT_TRUE(stands("s"));
  for (const char* bad : {"", "x", "s:1", "u:", "u:ann", "u:ann:", "u:ann:x", "u:ann:3x", "a:ann:3", ":3", "u::3", "t:ann:3", "t::ann:3", "t:a:b:c:3"}) EXPECT_FALSE(stands(bad)) << bad;
}

}  // namespace
}  // namespace satchel
