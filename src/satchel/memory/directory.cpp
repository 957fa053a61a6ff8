// SPDX-License-Identifier: Apache-2.0
#include "satchel/memory/directory.hpp"

#include <algorithm>

#include "satchel/model/name.hpp"

namespace satchel {
namespace {

constexpr Duration kInvitationLife = std::chrono::days{7};
constexpr Duration kResetLife = std::chrono::minutes{15};

std::unexpected<Error> nobody() { return fail(ErrorCode::not_found, "There is no such person."); }
std::unexpected<Error> last_administrator() {
  return fail(ErrorCode::conflict, "This is the last administrator. Make somebody else one first.", {}, "last_administrator");
}

bool is_active_administrator(const User& user) { return user.role == Role::admin && !user.disabled && !user.invited; }

}  // namespace

void MemoryDirectory::add(const User& user) {
  const std::scoped_lock lock(mutex_);
  people_.insert_or_assign(user.id, Person{user, false});
}

bool MemoryDirectory::take_up(std::string_view token) {
  const std::scoped_lock lock(mutex_);
  const auto found = tokens_.find(token);
  if (found == tokens_.end()) return false;
  people_.at(found->second).invited = people_.at(found->second).user.invited = false;
  tokens_.erase(found);
  return true;
}

const MemoryDirectory::Person* MemoryDirectory::by_email(std::string_view folded) const {
  const auto found = std::ranges::find_if(people_, [&](const auto& entry) { return fold_email(entry.second.user.email) == folded; });
  return found == people_.end() ? nullptr : &found->second;
}

Result<std::optional<User>> MemoryDirectory::find(const Call&, const UserId& id) const {
  const std::scoped_lock lock(mutex_);
  const auto found = people_.find(id);
  return found == people_.end() ? std::nullopt : std::optional(found->second.user);
}

Result<std::optional<User>> MemoryDirectory::find_by_email(const Call&, std::string_view email) const {
  const std::string folded = TRY(fold_email(email));
  const std::scoped_lock lock(mutex_);
  const Person* person = by_email(folded);
  return person ? std::optional(person->user) : std::nullopt;
}

Result<PersonPage> MemoryDirectory::list(const Call&, int limit, const std::string& cursor) const {
  if (limit < 1 || limit > 1000) return fail(ErrorCode::invalid, "A page has 1 to 1000 people.");
  const std::scoped_lock lock(mutex_);
  PersonPage page;
  auto next = people_.upper_bound(UserId(cursor));
  for (; next != people_.end() && page.people.size() < static_cast<std::size_t>(limit); ++next) page.people.push_back(next->second.user);
  if (next != people_.end()) page.cursor = page.people.back().id.str();
  return page;
}

Invitation MemoryDirectory::issue(const UserId& id, Time expires) {
  std::string token = random_secret(*random_);
  tokens_.insert_or_assign(token, id);
  return {std::move(token), expires};
}

Result<Invitation> MemoryDirectory::invite(const Call& call, std::string_view email, std::string_view name, Role role) {
  const std::string folded = TRY(fold_email(email));
  const std::scoped_lock lock(mutex_);
  const Person* found = by_email(folded);
  if (found && !found->invited) return fail(ErrorCode::conflict, "Somebody has an account with this address.", {}, "address_taken");
  Person* person = found ? &people_.at(found->user.id) : nullptr;
  if (person) {
    person->user.role = role;
    if (!name.empty()) person->user.name = name;
  } else {
    const User user{.id = UserId(random_id(*random_)), .email = std::string(email), .name = std::string(name), .role = role,
                    .invited = true, .space = SpaceId(random_id(*random_)), .root = EntryId(random_id(*random_)), .created = call.now};
    person = &people_.insert_or_assign(user.id, Person{user, true}).first->second;
  }
  return issue(person->user.id, call.now + kInvitationLife);
}

Result<Invitation> MemoryDirectory::start_reset(const Call& call, const UserId& id) {
  const std::scoped_lock lock(mutex_);
  if (!people_.contains(id)) return nobody();
  return issue(id, call.now + kResetLife);
}

bool MemoryDirectory::is_last_administrator(const User& user) const {
  return is_active_administrator(user) && std::ranges::none_of(people_, [&](const auto& entry) {
    return entry.first != user.id && is_active_administrator(entry.second.user);
  });
}

Result<User> MemoryDirectory::set_disabled(const Call&, const UserId& id, bool disabled) {
  const std::scoped_lock lock(mutex_);
  const auto found = people_.find(id);
  if (found == people_.end()) return nobody();
  User& user = found->second.user;
  if (user.disabled == disabled) return user;
  if (disabled && is_last_administrator(user)) return last_administrator();
  user.disabled = disabled;
  if (disabled) ++user.epoch;
  return user;
}

Result<User> MemoryDirectory::set_role(const Call&, const UserId& id, Role role) {
  const std::scoped_lock lock(mutex_);
  const auto found = people_.find(id);
  if (found == people_.end()) return nobody();
  User& user = found->second.user;
  if (user.role == role) return user;
  if (is_last_administrator(user)) return last_administrator();
  user.role = role;
  return user;
}

}  // namespace satchel
