// SPDX-License-Identifier: Apache-2.0
// Who may do what: one decide(), whose Grant the object ports demand, so that no byte is signed for without it.
#pragma once

#include <optional>
#include <set>
#include <string>
#include <variant>
#include <vector>

#include "satchel/base/result.hpp"
#include "satchel/base/time.hpp"
#include "satchel/model/ids.hpp"
#include "satchel/model/user.hpp"

namespace satchel {

/// Nobody yet: the caller of a route that is open to all.
struct Anonymous {};

/// A person, by access token or by personal API token; `scopes` of an API token narrow what the person may do.
struct SignedIn {
  User user;
  TokenId token;  // the API token; empty: by a sign-in of their own
  std::set<std::string, std::less<>> scopes;  // of the token: "files:read", "files:write", "links:write", "account"
  std::string session = {};                   // of the sign-in, where it is one that we can end

  bool by_api_token() const { return !token.empty(); }
};

/// Whoever holds a link's token, and its password where it has one.
struct LinkBearer {
  LinkId link;
  EntryId root;        // the file or folder that the link opens
  UserId owner;
  SpaceId space;
  std::int64_t version = 0;  // of the link: a change voids what was unlocked or signed before
};

/// The product itself: consumers of events and schedules.
struct System {};

using Principal = std::variant<Anonymous, SignedIn, LinkBearer, System>;

/// "link:<id>", the user's id, "system" or "anonymous": as it stands in events and logs.
std::string actor_of(const Principal& principal);

enum class Action {
  see,     // name, size, times; list a folder
  read,    // the bytes
  add,     // make entries in a folder, upload into it
  change,  // rename, move
  remove,  // to the trash and back, for ever
  share,   // links
};

/// What decide() looks at: an entry with the chain of its ancestors, as the table has it now.
struct Resource {
  EntryId entry;
  std::vector<EntryId> ancestors;  // root first, parent last; empty for a root folder
  SpaceId space;
  UserId owner;       // of the space
  bool trashed = false;  // the entry or one of its ancestors
};

/// Proof that decide() said yes. Only decide() makes one; it cannot be copied out of a call's time: it names its moment.
class Grant {
 public:
  Action action() const { return action_; }
  const EntryId& entry() const { return entry_; }
  const SpaceId& space() const { return space_; }
  Time decided_at() const { return decided_at_; }
  /// What the embedded store checks again before bytes leave: "u:<user>:<epoch>", "t:<token>:<user>:<epoch>",
  /// "l:<link>:<version>" or "s".
  const std::string& ticket() const { return ticket_; }

 private:
  friend Result<Grant> decide(const Principal&, Action, const Resource&, Time);
  Grant(Action action, EntryId entry, SpaceId space, Time decided_at, std::string ticket)
      : action_(action), entry_(std::move(entry)), space_(std::move(space)), decided_at_(decided_at), ticket_(std::move(ticket)) {}

  Action action_;
  EntryId entry_;
  SpaceId space_;
  Time decided_at_;
  std::string ticket_;
};

/// The one place that authorises. not_found where the principal may not even know of the entry; forbidden where a person knows
/// it and a token's scopes are too narrow. Link expiry, limits and passwords have been judged before a LinkBearer exists.
Result<Grant> decide(const Principal& principal, Action action, const Resource& resource, Time now);

}  // namespace satchel
