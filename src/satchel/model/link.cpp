// SPDX-License-Identifier: Apache-2.0
#include "satchel/model/link.hpp"

#include "satchel/model/keys.hpp"

namespace satchel {
namespace {

constexpr Duration kRemembered = std::chrono::days{365};  // an old link says "expired" or "withdrawn" so long

void set_time(Item& item, std::string_view name, const std::optional<Time>& time) {
  if (time) item.set(name, to_millis(*time));
}

std::optional<Time> time_of(const Item& item, std::string_view name) {
  return item.has(name) ? std::optional(from_millis(item.number(name))) : std::nullopt;
}

}  // namespace

Item to_item(const Link& link) {
  Item item{keys::link(link.id), {}};
  item.set("id", link.id.str());
  item.set("token", link.sealed_token);
  item.set("owner", link.owner.str());
  item.set("space", link.space.str());
  item.set("entry", link.entry.str());
  item.set("kind", link.kind);
  item.set("name", link.name);
  if (!link.password.empty()) item.set("password", link.password);
  set_time(item, "expires", link.expires);
  if (link.max_downloads) {
    item.set("max", *link.max_downloads);
    item.set("left", link.left);
  }
  item.set("wasted", link.wasted);
  item.set("downloads", link.downloads);
  item.set("opened", link.opened);
  item.set("version", link.version);
  item.set("created", to_millis(link.created));
  set_time(item, "revoked", link.revoked);
  item.set("listed", link.listed);
  keys::index_mine(item, link.owner, keys::kMyLinks, link.created);
  if (const auto due = next_sweep(link)) keys::index_due(item, *due);
  return item;
}

Link link_from(const Item& item) {
  Link link{.id = LinkId(item.text("id")),
            .sealed_token = item.text("token"),
            .owner = UserId(item.text("owner")),
            .space = SpaceId(item.text("space")),
            .entry = EntryId(item.text("entry")),
            .kind = item.text("kind"),
            .name = item.text("name"),
            .password = item.text("password"),
            .expires = time_of(item, "expires"),
            .left = item.number("left"),
            .wasted = item.number("wasted"),
            .downloads = item.number("downloads"),
            .opened = item.number("opened"),
            .version = item.number("version"),
            .created = from_millis(item.number("created")),
            .revoked = time_of(item, "revoked"),
            .listed = item.flag("listed")};
  if (item.has("max")) link.max_downloads = item.number("max");
  return link;
}

LinkState state_of(const Link& link, Time now) {
  if (link.revoked) return LinkState::revoked;
  if (link.expires && now >= *link.expires) return LinkState::expired;
  return link.max_downloads && link.left < 1 ? LinkState::spent : LinkState::open;
}

std::optional<Time> next_sweep(const Link& link) {
  const auto over = link.revoked ? link.revoked : link.expires;
  if (!over) return std::nullopt;
  return link.listed && !link.revoked ? *over : *over + kRemembered;
}

}  // namespace satchel
