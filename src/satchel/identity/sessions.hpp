// SPDX-License-Identifier: Apache-2.0
// A browser's sign-in: a 256-bit secret in a cookie, known to the table by its keyed hash. A new one at each sign-in; good for an hour
// without use and a day in all, and only while the account's epoch is the one it began with. What was handed out in a session hangs
// under it and ends with it. Any thread may call.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "satchel/base/random.hpp"
#include "satchel/model/user.hpp"
#include "satchel/ports/table.hpp"
#include "satchel/ports/vault.hpp"

namespace satchel::identity {

struct Session {
  std::string id;  // the keyed hash of its secret: names it without opening it
  UserId user;
  std::int64_t epoch = 0;
  Time begun{};    // when the person proved who they are
  Time seen{};     // last use, to a few minutes
  std::string client;  // what it was begun with, as a person reads it: "Firefox on Linux"

  bool usable(Time now) const;
};

Item to_item(const Session& session);
Session session_from(const Item& item);

/// A session and the user it belongs to, both good at the time of asking.
struct SignedInSession {
  Session session;
  User user;
};

std::string session_id(const Vault& vault, std::string_view secret);

/// Empty where the secret opens nothing (any more), or its account is disabled or has another epoch.
Result<std::optional<SignedInSession>> find_session(const TableReader& reader, const Vault& vault, const Call& call, std::string_view secret);

struct NewSession {
  std::string secret;  // for the cookie
  Operation put;
};
NewSession begin_session(const Vault& vault, const Call& call, Random& random, const User& user, std::string_view user_agent);

/// Marks it used; empty where that was done a few minutes ago.
std::optional<Operation> touch_session(const Session& session, Time now);

/// Ends a session and every refresh family under it; idempotent. Writes Family::session and refresh.
Result<void> end_session(const TableReader& reader, TableWriter& writer, const Call& call, std::string_view id);

/// Those of a person that may still be of use, the newest first (the index is eventual).
Result<std::vector<Session>> list_sessions(const TableReader& reader, const Call& call, const User& user);

/// "Firefox on Linux", or "Browser" where the header says nothing known. Never the header itself.
std::string describe_agent(std::string_view user_agent);

}  // namespace satchel::identity
