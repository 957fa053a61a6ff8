// SPDX-License-Identifier: Apache-2.0
// The gate that finds out who asks: `Authorization: Bearer` with an access token of the issuer or a personal API token. What was
// handed out before a person was disabled or signed out everywhere (the epoch), or in a session that has ended, is void at once. Any thread may call.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "satchel/base/result.hpp"
#include "satchel/model/access.hpp"
#include "satchel/model/api_token.hpp"
#include "satchel/model/ids.hpp"
#include "satchel/ports/table.hpp"
#include "satchel/ports/vault.hpp"
#include "satchel/runtime/jwt.hpp"

namespace satchel {

/// Whom the tokens of an outside issuer stand for: a person is (issuer, subject), made when they first come. Any thread may call.
class OutsidePeople {
 public:
  virtual ~OutsidePeople() = default;
  /// The person, whether or not they may still do anything. `token` is what the claims stood in. Errors: forbidden (type not_admitted: the
  /// rules of this installation do not let them in), and those of the table and the issuer.
  virtual Result<User> person_of(const Call& call, const Verified<Claims>& claims, std::string_view token) = 0;
};

/// Whose access tokens are taken.
struct TrustedIssuer {
  const KeySource& keys;
  std::string issuer;
  std::string audience = "satchel";
  std::vector<std::string> clients = {};  // of an outside issuer whose tokens have no audience
  OutsidePeople* people = nullptr;        // null: the provider of Satchel's own, whose tokens name person, epoch and session
};

/// Whom a credential stands for, before it is known whether it still does: as the credential itself says, or as an authorizer in front of
/// the functions has found (API Gateway hands it on, and no client can write it).
struct Found {
  UserId user;             // of a sign-in
  std::int64_t epoch = 0;  // of that user when it was handed out
  std::string session;     // empty: the issuer's sessions are not ours to end
  TokenId token;           // of a personal API token; then nothing else counts, since the table knows the rest
  Time expires = Time::max();  // of an access token: what stands between the gate and this may show it for a while yet
  std::string refused = {};  // an authorizer's answer: the type of the refusal; then nothing else counts at all
};

/// Whether what was found stands now: the user is there and not disabled, the epoch is the same, session or API token have not ended,
/// nor has the access token itself.
/// Errors: unauthenticated (invalid_token), what `refused` says, and those of the table. Any thread may call.
Result<SignedIn> confirm(const Call& call, const TableReader& table, const Found& found);

class AuthenticateGate {
 public:
  /// `marks` writes Family::token: when a token was last used, at most once an hour. All of them outlive the gate.
  AuthenticateGate(TrustedIssuer issuer, const TableReader& table, TableWriter marks, const Vault& vault)
      : issuer_(std::move(issuer)), table_(&table), marks_(std::move(marks)), vault_(&vault) {}

  /// The value of the Authorization header. Errors: unauthenticated (none: type sign_in_wanted; not good: invalid_token), and
  /// those of the table and the key source.
  Result<SignedIn> authenticate(const Call& call, std::string_view authorization);
  /// The same, and what to hand on to functions that stand elsewhere.
  struct Admitted {
    SignedIn person;
    Found found;
  };
  Result<Admitted> admit(const Call& call, std::string_view authorization);

 private:
  Result<Admitted> admit_outsider(const Call& call, std::string_view token) const;
  Result<Found> read_access_token(const Call& call, std::string_view token) const;
  Result<TokenId> read_api_token(std::string_view token) const;
  void mark_used(const Call& call, const ApiToken& token);

  TrustedIssuer issuer_;
  const TableReader* table_;
  TableWriter marks_;
  const Vault* vault_;
};

/// The refusals of who shows nothing, of who shows what is not good, and of whom this installation does not let in; the detail is for the log.
std::unexpected<Error> sign_in_wanted();
std::unexpected<Error> void_token(std::string detail);
std::unexpected<Error> not_admitted(std::string detail);

/// The token of `Bearer <token>`; the scheme's case does not matter (RFC 9110), and there is one space. Empty where the header has another
/// form: caches and limits by header take each spelling for a caller of its own, so there are few.
std::string_view bearer_token(std::string_view authorization);

}  // namespace satchel
