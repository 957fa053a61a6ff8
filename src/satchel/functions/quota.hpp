// SPDX-License-Identifier: Apache-2.0
// The room of a space: avail + reserved by open uploads + sizes of all versions, the trash included, = limit.
#pragma once

#include "satchel/functions/entries.hpp"

namespace satchel {

/// Takes the bytes where they fit; the condition fails otherwise.
Operation take_room(const SpaceId& space, std::int64_t bytes);
/// Gives them back. In the transaction that removes what held them, so that it happens once.
Operation give_room(const SpaceId& space, std::int64_t bytes);

/// 413 quota_exceeded, with the number of bytes that are missing.
struct Room {
  std::int64_t limit = 0;
  std::int64_t avail = 0;
};
Result<Room> read_room(const Call& call, const TableReader& table, const SpaceId& space);
std::unexpected<Error> no_room();

}  // namespace satchel
