// SPDX-License-Identifier: Apache-2.0
// A link as the table keeps it: found by the keyed hash of its token, which itself lies there sealed, so that its owner sees the
// address again. Whether it opens is judged when it is read, never by a sweep.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "satchel/base/time.hpp"
#include "satchel/model/ids.hpp"
#include "satchel/model/item.hpp"

namespace satchel {

/// The purpose under which Vault::keyed_hash() makes a LinkId of a token, and the vault seals the token.
inline constexpr std::string_view kLinkPurpose = "link";

struct Link {
  LinkId id;
  std::string sealed_token;
  UserId owner;
  SpaceId space;
  EntryId entry;
  std::string kind;            // "file", "folder"
  std::string name;            // of the entry when the link was made
  std::string password;        // a PHC string; empty: none
  std::optional<Time> expires;  // from this moment on it opens nothing
  std::optional<std::int64_t> max_downloads;
  std::int64_t left = 0;       // of max_downloads; below 1: spent
  std::int64_t wasted = 0;     // bytes of downloads that failed and were given back
  std::int64_t downloads = 0;  // finished or under way where limited, else begun
  std::int64_t opened = 0;     // unlocked, or a download begun
  std::int64_t version = 0;    // raised by every change of its owner: what was unlocked or signed before is void
  Time created{};
  std::optional<Time> revoked;
  bool listed = true;          // whether its entry still points to it (keys::entry_link)
};

Item to_item(const Link& link);
Link link_from(const Item& item);

enum class LinkState { open, revoked, expired, spent };
LinkState state_of(const Link& link, Time now);

/// From when on a sweep has something to do: first its entry no longer points to it, a year later it goes itself.
std::optional<Time> next_sweep(const Link& link);

}  // namespace satchel
