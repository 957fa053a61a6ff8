// SPDX-License-Identifier: Apache-2.0
#include "apps/satchel/tickets.hpp"

#include <charconv>
#include <optional>

#include "satchel/model/api_token.hpp"
#include "satchel/model/keys.hpp"
#include "satchel/model/link.hpp"
#include "satchel/model/user.hpp"

namespace satchel {
namespace {

constexpr Duration kPatience = std::chrono::seconds{5};

std::optional<std::int64_t> number_of(std::string_view text) {
  std::int64_t number = 0;
  const auto [end, failed] = std::from_chars(text.data(), text.data() + text.size(), number);
  return failed == std::errc() && end == text.data() + text.size() ? std::optional(number) : std::nullopt;
}

std::optional<Item> look_up(const TableReader& table, const Call& call, const Key& key) {
  auto item = table.get(call, key);
  return item ? *std::move(item) : std::nullopt;
}

bool user_stands(const TableReader& table, const Call& call, const UserId& id, std::int64_t epoch) {
  const auto item = look_up(table, call, keys::user(id));
  if (!item) return false;
  const User user = user_from(*item);
  return !user.disabled && user.epoch == epoch;
}

/// "<token>:<user>": both have to be good.
bool token_stands(const TableReader& table, const Call& call, std::string_view ids, std::int64_t epoch) {
  const std::size_t colon = ids.find(':');
  if (colon == std::string_view::npos) return false;
  const auto token = look_up(table, call, keys::token(TokenId(std::string(ids.substr(0, colon)))));
  return token && api_token_from(*token).expires > call.now && user_stands(table, call, UserId(std::string(ids.substr(colon + 1))), epoch);
}

/// A spent link still serves what was begun under it; one whose owner may not sign in serves nothing.
bool link_stands(const TableReader& table, const Call& call, const LinkId& id, std::int64_t version) {
  const auto item = look_up(table, call, keys::link(id));
  if (!item) return false;
  const Link link = link_from(*item);
  const LinkState state = state_of(link, call.now);
  if (link.version != version || (state != LinkState::open && state != LinkState::spent)) return false;
  const auto owner = look_up(table, call, keys::user(link.owner));
  return owner && !user_from(*owner).disabled;
}

}  // namespace

bool ticket_stands(const TableReader& table, const Clock& clock, std::string_view ticket) {
  if (ticket == "s") return true;
  const std::size_t colon = ticket.rfind(':');
  if (colon == std::string_view::npos || colon < 2) return false;
  const auto number = number_of(ticket.substr(colon + 1));
  if (!number) return false;
  const std::string id(ticket.substr(2, colon - 2));
  const Time now = clock.now();
  const Call call{.now = now, .deadline = now + kPatience};
  if (ticket.starts_with("u:")) return user_stands(table, call, UserId(id), *number);
  if (ticket.starts_with("t:")) return token_stands(table, call, id, *number);
  if (ticket.starts_with("l:")) return link_stands(table, call, LinkId(id), *number);
  return false;
}

}  // namespace satchel
