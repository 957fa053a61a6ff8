// SPDX-License-Identifier: Apache-2.0
#include "satchel/model/user.hpp"

#include "satchel/model/keys.hpp"

namespace satchel {

Item to_item(const User& user) {
  Item item{keys::user(user.id), {}};
  item.set("id", user.id.str());
  item.set("email", user.email);
  item.set("name", user.name);
  item.set("role", std::string(user.role == Role::admin ? "admin" : "member"));
  item.set("disabled", user.disabled);
  item.set("invited", user.invited);
  item.set("epoch", user.epoch);
  if (user.signed_out != Time{}) item.set("signed_out", to_millis(user.signed_out));
  item.set("space", user.space.str());
  item.set("root", user.root.str());
  item.set("created", to_millis(user.created));
  keys::index_people(item, user.created);
  return item;
}

User user_from(const Item& item) {
  return {.id = UserId(item.text("id")),
          .email = item.text("email"),
          .name = item.text("name"),
          .role = item.text("role") == "admin" ? Role::admin : Role::member,
          .disabled = item.flag("disabled"),
          .invited = item.flag("invited"),
          .epoch = item.number("epoch"),
          .signed_out = from_millis(item.number("signed_out")),
          .space = SpaceId(item.text("space")),
          .root = EntryId(item.text("root")),
          .created = from_millis(item.number("created"))};
}

std::vector<Item> new_space(const User& user, std::int64_t quota_bytes) {
  Item quota{keys::quota(user.space), {}};
  quota.set("owner", user.id.str());
  quota.set("limit", quota_bytes);
  quota.set("avail", quota_bytes);
  Item guard{keys::tree_guard(user.space), {}};
  guard.set("struct_rev", std::int64_t{0});
  Item root{keys::entry(user.root), {}};
  root.set("id", user.root.str());
  root.set("kind", std::string("folder"));
  root.set("state", std::string("live"));
  root.set("edit", std::int64_t{0});
  root.set("space", user.space.str());
  root.set("owner", user.id.str());
  root.set("name", std::string());
  root.set("created", to_millis(user.created));
  root.set("modified", to_millis(user.created));
  return {quota, guard, root};
}

}  // namespace satchel
