// SPDX-License-Identifier: Apache-2.0
// A person with an account, and the space that comes with it.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "satchel/base/time.hpp"
#include "satchel/model/ids.hpp"
#include "satchel/model/item.hpp"

namespace satchel {

enum class Role { member, admin };

struct User {
  UserId id;
  std::string email;  // as given; compared by fold_email()
  std::string name;
  Role role = Role::member;
  bool disabled = false;
  bool invited = false;  // and has not come yet: has no password and cannot sign in
  std::int64_t epoch = 0;  // raised by whatever ends what was handed out before: disabling, a new password, "sign out everywhere"
  Time signed_out{};       // when the epoch was last raised: an outside issuer's tokens know no epoch, and those from before are void
  SpaceId space;
  EntryId root;  // the root folder of the space
  Time created{};
};

Item to_item(const User& user);
User user_from(const Item& item);

/// The items that a new user's space starts with: quota, tree guard, root folder. Put them, each if absent, in the
/// transaction that makes the user.
std::vector<Item> new_space(const User& user, std::int64_t quota_bytes);

}  // namespace satchel
