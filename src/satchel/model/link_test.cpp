// SPDX-License-Identifier: Apache-2.0
#include "satchel/model/link.hpp"

#include <gtest/gtest.h>

namespace satchel {
namespace {

constexpr Time kNoon = Time{Duration{1'795'521'600'000}};

TEST(Link, SurvivesTheTable) {
  const Link link{.id = LinkId("id"), .sealed_token = "sealed", .owner = UserId("ann"), .space = SpaceId("s"), .entry = EntryId("e"),
                  .kind = "file", .name = "a.txt", .password = "$argon2id$", .expires = kNoon, .max_downloads = 5, .left = 2,
                  .downloads = 3, .opened = 9, .version = 4, .created = kNoon, .revoked = kNoon, .listed = false};
  const Item item = to_item(link);
  EXPECT_EQ(to_item(link_from(item)), item);
  const Link plain{.id = LinkId("id"), .owner = UserId("ann")};
  EXPECT_EQ(to_item(link_from(to_item(plain))), to_item(plain));
  EXPECT_FALSE(link_from(to_item(plain)).max_downloads);
  EXPECT_FALSE(to_item(plain).has(kGsi2Partition)) << "nothing will ever be due";
}

// the edge of expiry.
TEST(Link, ExpiresAtItsMomentAndNotBefore) {
  const Link link{.id = LinkId("id"), .expires = kNoon};
  EXPECT_EQ(state_of(link, kNoon - Duration{1}), LinkState::open);
  EXPECT_EQ(state_of(link, kNoon), LinkState::expired);
  EXPECT_EQ(state_of(link, kNoon + Duration{1}), LinkState::expired);
}

TEST(Link, SaysWhyItIsOver) {
  EXPECT_EQ(state_of({.max_downloads = 1, .left = 1}, kNoon), LinkState::open);
  EXPECT_EQ(state_of({.max_downloads = 1, .left = 0}, kNoon), LinkState::spent);
  EXPECT_EQ(state_of({.max_downloads = 1, .left = -1}, kNoon), LinkState::spent);
  EXPECT_EQ(state_of({.left = 0}, kNoon), LinkState::open) << "without a limit";
  EXPECT_EQ(state_of({.expires = kNoon, .revoked = kNoon}, kNoon), LinkState::revoked);
}

}  // namespace
}  // namespace satchel
