// SPDX-License-Identifier: Apache-2.0
// The API's Users, and the ways in that an administrator hands out.
#pragma once

#include <string_view>
#include <vector>

#include "satchel/ports/directory.hpp"
#include "satchel/ports/mailer.hpp"
#include "satchel/runtime/registry.hpp"

namespace satchel {

std::unexpected<Error> no_such_person();
/// Error: not_found.
Result<User> find_person(const Call& call, const Directory& directory, const UserId& id);

/// With the room of each one's space.
Result<Json> people_json(const Call& call, const TableReader& table, const std::vector<User>& people);
Result<Json> person_json(const Call& call, const TableReader& table, const User& user);

/// "member" or "admin". Error: invalid.
Result<Role> role_from(std::string_view text);

/// The page of the front-end that takes an invitation or a reset, and what is said in the mail.
struct WayIn {
  std::string_view page;     // "invite", "reset"
  std::string_view subject;
  std::string_view text;     // the line above the address
};

/// {url, expires, mailed}; a mail goes out where the server can send one. A mail that fails is logged: the URL is in the answer.
Json hand_out(const Context& context, Mailer& mailer, const Settings& settings, const User& user, const Invitation& invitation, const WayIn& way);

}  // namespace satchel
