// SPDX-License-Identifier: Apache-2.0
#include "satchel/functions/people.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace satchel {
namespace {

constexpr std::size_t kKeysAtOnce = 100;

Json to_json(const User& user, const std::optional<Item>& quota) {
  const std::int64_t limit = quota ? quota->number("limit") : 0;
  return Json::object({{"id", user.id.str()},
                       {"email", user.email},
                       {"name", user.name},
                       {"role", user.role == Role::admin ? "admin" : "member"},
                       {"disabled", user.disabled},
                       {"invited", user.invited},
                       {"created", user.created},
                       {"space", Json::object({{"limit", limit}, {"used", quota ? limit - quota->number("avail") : 0}})}});
}

}  // namespace

std::unexpected<Error> no_such_person() { return fail(ErrorCode::not_found, "There is no such person."); }

Result<User> find_person(const Call& call, const Directory& directory, const UserId& id) {
  if (!is_random_id(id.str())) return no_such_person();
  auto user = TRY(directory.find(call, id));
  if (!user) return no_such_person();
  return *std::move(user);
}

Result<Json> people_json(const Call& call, const TableReader& table, const std::vector<User>& people) {
  Json array = Json::array();
  for (std::size_t begin = 0; begin < people.size(); begin += kKeysAtOnce) {
    const std::size_t end = std::min(people.size(), begin + kKeysAtOnce);
    std::vector<Key> keys;
    for (std::size_t i = begin; i < end; ++i) keys.push_back(keys::quota(people[i].space));
    const auto quotas = TRY(table.batch_get(call, keys));
    for (std::size_t i = begin; i < end; ++i) array.push(to_json(people[i], quotas[i - begin]));
  }
  return array;
}

Result<Json> person_json(const Call& call, const TableReader& table, const User& user) {
  return to_json(user, TRY(table.get(call, keys::quota(user.space))));
}

Result<Role> role_from(std::string_view text) {
  if (text == "member") return Role::member;
  if (text == "admin") return Role::admin;
  return fail(ErrorCode::invalid, "'role' must be \"member\" or \"admin\".");
}

Json hand_out(const Context& context, Mailer& mailer, const Settings& settings, const User& user, const Invitation& invitation, const WayIn& way) {
  // Where the directory has told the person itself, what remains to be shown is where they sign in.
  if (invitation.token.empty()) return Json::object({{"url", settings.public_url}, {"expires", invitation.expires}, {"mailed", true}});
  const std::string url = fmt::format("{}/{}#{}", settings.public_url, way.page, invitation.token);
  bool mailed = false;
  if (mailer.enabled()) {
    const auto sent = mailer.send(context.call, {user.email, std::string(way.subject),
                                                 fmt::format("{}\n\n{}\n\nThe link works once, until {}.\n", way.text, url, format_rfc3339(invitation.expires))});
    mailed = sent.has_value();
    if (!sent) context.logger.warn("mail.failed", {{"user", user.id.str()}, {"code", to_string(sent.error().code)}, {"request", context.request_id}});
  }
  return Json::object({{"url", url}, {"expires", invitation.expires}, {"mailed", mailed}});
}

}  // namespace satchel
