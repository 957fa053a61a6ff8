// SPDX-License-Identifier: Apache-2.0
// The API's Me.
#pragma once

#include "satchel/functions/quota.hpp"
#include "satchel/functions/request_reading.hpp"

namespace satchel {

inline Result<Json> me_json(const Call& call, const TableReader& table, const User& user) {
  const Room room = TRY(read_room(call, table, user.space));
  return Json::object({{"id", user.id.str()},
                       {"email", user.email},
                       {"name", user.name},
                       {"role", user.role == Role::admin ? "admin" : "member"},
                       {"space", Json::object({{"id", user.space.str()},
                                               {"root", user.root.str()},
                                               {"limit", room.limit},
                                               {"avail", room.avail},
                                               {"used", room.limit - room.avail}})}});
}

}  // namespace satchel
