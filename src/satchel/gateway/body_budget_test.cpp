// SPDX-License-Identifier: Apache-2.0
#include "satchel/gateway/body_budget.hpp"

#include <gtest/gtest.h>

namespace satchel::gateway {
namespace {

TEST(BodyBudget, GivesOneNetworkItsShareAndAllOfThemTheWhole) {
  BodyBudget budget({.all = 100, .one_network = 40});
  auto first = budget.take("a", 40);
  EXPECT_TRUE(first);
  EXPECT_FALSE(budget.take("a", 1)) << "its share is used up";
  const auto second = budget.take("b", 40);
  EXPECT_TRUE(second);
  EXPECT_FALSE(budget.take("c", 21)) << "so is the whole";
  first.reset();
  EXPECT_TRUE(budget.take("a", 40)) << "what goes gives its room back";
  EXPECT_TRUE(budget.take("c", 40));
}

TEST(BodyBudget, AMovedRoomIsGivenBackOnce) {
  BodyBudget budget({.all = 10, .one_network = 10});
  {
    auto room = budget.take("a", 10);
    const BodyBudget::Room moved = *std::move(room);
    room.reset();
    EXPECT_FALSE(budget.take("a", 1));
  }
  EXPECT_TRUE(budget.take("a", 10));
}

}  // namespace
}  // namespace satchel::gateway
