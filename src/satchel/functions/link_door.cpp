// SPDX-License-Identifier: Apache-2.0
#include "satchel/functions/link_door.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

namespace satchel {
namespace {

constexpr std::string_view kTicketPurpose = "link ticket";
constexpr std::string_view kTicketHeader = "satchel-link-ticket";

}  // namespace

std::unexpected<Error> link_over(LinkState state) {
  switch (state) {
    case LinkState::expired: return fail(ErrorCode::gone, "This link has expired. Ask whoever sent it for a new one.", {}, "link_expired");
    case LinkState::spent:
      return fail(ErrorCode::gone, "This link has been used as often as it was meant to. Ask whoever sent it for a new one.", {}, "link_spent");
    case LinkState::open:
    case LinkState::revoked: break;
  }
  return fail(ErrorCode::gone, "This link has been withdrawn. Ask whoever sent it for a new one.", {}, "link_revoked");
}

Result<Visitor> LinkDoor::find(const Context& context, const Request& request, Spent spent) const {
  const std::string token(request.parameter("token"));
  if (!is_random_id(token)) return no_such_link();
  Link link = TRY(load_link(context.call, table_, LinkId(vault_.keyed_hash(kLinkPurpose, token))));
  const LinkState state = state_of(link, context.call.now);
  if (state != LinkState::open && !(state == LinkState::spent && spent == Spent::let_in)) return link_over(state);
  const auto owner = TRY(table_.get(context.call, keys::user(link.owner)));
  if (!owner || user_from(*owner).disabled) return link_over(LinkState::revoked);
  Visitor visitor{link, user_from(*owner), context};
  visitor.context.principal = LinkBearer{link.id, link.entry, link.owner, link.space, link.version};
  return visitor;
}

Result<Visitor> LinkDoor::enter(const Context& context, const Request& request, Spent spent) const {
  Visitor visitor = TRY(find(context, request, spent));
  if (visitor.link.password.empty() || is_unlocked(visitor.link, request.header(kTicketHeader), context.call.now)) return visitor;
  return fail(ErrorCode::unauthenticated, "This link wants a password. Ask whoever sent it.", {}, "link_password");
}

std::string LinkDoor::ticket(const Link& link, Time expires) const {
  return vault_.seal(kTicketPurpose, fmt::format("{}:{:015}", link.version, to_millis(expires)), link.id.str());
}

bool LinkDoor::is_unlocked(const Link& link, std::string_view ticket, Time now) const {
  if (ticket.empty()) return false;
  const auto plain = vault_.open(kTicketPurpose, ticket, link.id.str());
  const std::string version = fmt::format("{}:", link.version);
  // Both are of fixed form, so that text compares as numbers do.
  return plain && plain->starts_with(version) && plain->substr(version.size()) > fmt::format("{:015}", to_millis(now));
}

Response shown(const Json& what, const Link& link, const Settings& settings, Time now) {
  Response response = Response::json(what);
  if (!link.password.empty() || link.max_downloads) return response;
  const Duration left = link.expires ? *link.expires - now : settings.shared_cache;
  const auto seconds = std::chrono::floor<std::chrono::seconds>(std::min(left, settings.shared_cache));
  // Browsers ask anew each time: a link that was withdrawn in this browser is gone in it.
  if (seconds.count() > 0) response.headers.emplace_back("cache-control", fmt::format("public, max-age=0, s-maxage={}", seconds.count()));
  return response;
}

Json visible_entry(const Item& item, const Link& link) {
  Json::Object members = entry_members(item);
  const bool is_root = item.text("id") == link.entry.str();
  std::erase_if(members, [&](const auto& member) {
    return member.first == "shared" || member.first == "deleted" || (is_root && member.first == "parent");
  });
  return Json(std::move(members));
}

}  // namespace satchel
