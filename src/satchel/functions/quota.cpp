// SPDX-License-Identifier: Apache-2.0
#include "satchel/functions/quota.hpp"

namespace satchel {

Operation take_room(const SpaceId& space, std::int64_t bytes) {
  // Nothing always fits, also where the limit was lowered under what is used.
  auto condition = bytes > 0 ? Condition::at_least("avail", bytes) : Condition::exists();
  return Update{.key = keys::quota(space), .set = {}, .add = {{"avail", -bytes}}, .remove = {}, .condition = std::move(condition)};
}

Operation give_room(const SpaceId& space, std::int64_t bytes) {
  return Update{.key = keys::quota(space), .set = {}, .add = {{"avail", bytes}}, .remove = {}, .condition = Condition::exists()};
}

Result<Room> read_room(const Call& call, const TableReader& table, const SpaceId& space) {
  const auto quota = TRY(table.get(call, keys::quota(space)));
  if (!quota) return fail(ErrorCode::internal, "Something went wrong here.", "a space without a quota");
  return Room{quota->number("limit"), quota->number("avail")};
}

std::unexpected<Error> no_room() {
  return fail(ErrorCode::too_large, "There is not enough room in your space. Empty the trash or delete files, then try again.", {},
              "quota_exceeded");
}

}  // namespace satchel
