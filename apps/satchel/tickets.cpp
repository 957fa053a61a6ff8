// SPDX-License-Identifier: Apache-2.0
#include "apps/satchel/tickets.hpp"

#include <charconv>
#include <optional>

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

bool user_stands(const std::optional<Item>& item, std::int64_t epoch) {
  if (!item) return false;
  const User user = user_from(*item);
  return !user.disabled && user.epoch == epoch;
}

/// A spent link still serves what was begun under it.
bool link_stands(const std::optional<Item>& item, std::int64_t version, Time now) {
  if (!item) return false;
  const Link link = link_from(*item);
  const LinkState state = state_of(link, now);
  return link.version == version && (state == LinkState::open || state == LinkState::spent);
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
  if (ticket.starts_with("u:")) return user_stands(look_up(table, call, keys::user(UserId(id))), *number);
  if (ticket.starts_with("l:")) return link_stands(look_up(table, call, keys::link(LinkId(id))), *number, now);
  return false;
}

}  // namespace satchel
