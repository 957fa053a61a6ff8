// SPDX-License-Identifier: Apache-2.0
// People of an outside issuer: made when they first come, by (issuer, subject) and never by an e-mail address; and the Directory over them,
// in which nobody is invited and no password is reset, since both are the issuer's. Writes Family::federated, user, email, space, node,
// key and outbox. Any thread may call.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "satchel/base/log.hpp"
#include "satchel/identity/directory.hpp"
#include "satchel/runtime/gate_authenticate.hpp"

namespace satchel::identity {

/// Who may come, and as what.
struct AdmissionRules {
  /// Administrators: an address that the issuer has verified ("ann@example.org"), a claim ("groups=satchel-admins"), or a subject.
  std::vector<std::string> admins;
  /// A claim that the access token of everybody must carry ("groups=satchel"); empty: none.
  std::string required_claim;
  std::int64_t quota = 0;  // bytes of a new person's space
  bool open_at_first = true;  // whether strangers come until an administrator has moved the switch for self sign-up
  std::function<bool(const Claims&)> vouched = {};  // for whom the issuer has decided: they come whatever the switch says; none: nobody
};

/// What the issuer tells of the person behind an access token, beyond what stands in it. Error: not_found (it tells nothing).
using PersonSource = std::function<Result<Claims>(const Call& call, std::string_view access_token)>;

class AdmittedPeople final : public OutsidePeople {
 public:
  /// All of them outlive it.
  AdmittedPeople(AdmissionRules rules, PersonSource source, Table& table, const Vault& vault, Random& random, Logger& logger);

  /// Whoever the rules name is an administrator from their next request on, also one who was a member before. Strangers are let in as
  /// "self_signup" of the provider's settings says, or `open_at_first`; the named administrators and the vouched always.
  Result<User> person_of(const Call& call, const Verified<Claims>& claims, std::string_view token) override;

 private:
  Result<std::optional<User>> find(const Call& call, const Claims& claims) const;
  Result<User> welcome(const Call& call, const Claims& claims, std::string_view token);
  Result<std::optional<User>> make(const Call& call, const Claims& claims, const User& user);
  Result<User> arrived(const Call& call, User user);
  Result<User> known(const Call& call, const Claims& claims, User user);
  Result<void> check_admission(const Call& call, const Claims& claims, bool admin) const;
  bool is_admin(const Claims& claims, std::string_view verified_email) const;

  AdmissionRules rules_;
  PersonSource source_;
  Table* table_;
  Random* random_;
  Logger* logger_;
  AccountDirectory directory_;
};

/// The accounts of people who sign in elsewhere.
class OutsideDirectory final : public AccountDirectory {
 public:
  OutsideDirectory(std::string issuer, Table& table, const Vault& vault, Random& random) : AccountDirectory(table, vault, random, 0), issuer_(std::move(issuer)) {}

  /// Both: unsupported, with a sentence that says where it is done instead.
  Result<Invitation> invite(const Call& call, std::string_view email, std::string_view name, Role role) override;
  Result<Invitation> start_reset(const Call& call, const UserId& id) override;

 private:
  std::string issuer_;
};

}  // namespace satchel::identity
