// SPDX-License-Identifier: Apache-2.0
#include "satchel/model/access.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

namespace satchel {
namespace {

std::string_view scope_for(Action action) {
  switch (action) {
    case Action::see:
    case Action::read: return "files:read";
    case Action::add:
    case Action::change:
    case Action::remove: return "files:write";
    case Action::share: return "links:write";
  }
  std::unreachable();
}

std::unexpected<Error> unknown() {
  return fail(ErrorCode::not_found, "There is no such file or folder. It may have been moved to the trash or deleted.");
}

bool within(const EntryId& root, const Resource& resource) {
  return resource.entry == root || std::ranges::find(resource.ancestors, root) != resource.ancestors.end();
}

/// What the principal's ticket says, or why there is none.
Result<std::string> ticket(const Anonymous&, Action, const Resource&) { return unknown(); }

Result<std::string> ticket(const SignedIn& person, Action action, const Resource& resource) {
  if (person.user.disabled || person.user.id != resource.owner) return unknown();
  // What lies in the trash can be seen and dealt with there, not used.
  if (resource.trashed && action != Action::see && action != Action::remove) return unknown();
  if (resource.ancestors.empty() && (action == Action::change || action == Action::remove)) {
    return fail(ErrorCode::invalid, "The top folder of a space cannot be renamed, moved or deleted.");
  }
  if (person.by_api_token() && !person.scopes.contains(scope_for(action))) {
    return fail(ErrorCode::forbidden,
                fmt::format("This token lacks the scope '{}'. Create a token that has it.", scope_for(action)), {}, "scope_missing");
  }
  const std::string user = fmt::format("{}:{}", person.user.id.str(), person.user.epoch);
  return person.by_api_token() ? fmt::format("t:{}:{}", person.token.str(), user) : "u:" + user;
}

Result<std::string> ticket(const LinkBearer& bearer, Action action, const Resource& resource) {
  const bool allowed = action == Action::see || action == Action::read;
  if (!allowed || resource.trashed || bearer.owner != resource.owner || !within(bearer.root, resource)) return unknown();
  return fmt::format("l:{}:{}", bearer.link.str(), bearer.version);
}

Result<std::string> ticket(const System&, Action, const Resource&) { return std::string("s"); }

}  // namespace

std::string actor_of(const Principal& principal) {
  if (const auto* person = std::get_if<SignedIn>(&principal)) return person->user.id.str();
  if (const auto* bearer = std::get_if<LinkBearer>(&principal)) return "link:" + bearer->link.str();
  return std::holds_alternative<System>(principal) ? "system" : "anonymous";
}

Result<Grant> decide(const Principal& principal, Action action, const Resource& resource, Time now) {
  auto proof = TRY(std::visit([&](const auto& who) { return ticket(who, action, resource); }, principal));
  return Grant(action, resource.entry, resource.space, now, std::move(proof));
}

}  // namespace satchel
