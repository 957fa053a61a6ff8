// SPDX-License-Identifier: Apache-2.0
// The users of an Amazon Cognito user pool, as its administrator sees them. Any thread may call.
// Source: Amazon Cognito user pools API reference, version 2016-04-18.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "satchel/aws/environment.hpp"
#include "satchel/aws/json_client.hpp"

namespace satchel::aws {

struct CognitoOptions {
  std::string endpoint;  // "https://cognito-idp.eu-central-1.amazonaws.com"
  std::string region;
  std::string pool;  // "eu-central-1_AbCdEfGhI"
  std::shared_ptr<CredentialSource> credentials;
};

/// The pool that an issuer is ("https://cognito-idp.eu-central-1.amazonaws.com/eu-central-1_AbCdEfGhI"), without a credential; empty where the
/// issuer is another's. Error: invalid (the endpoint that the environment sets).
Result<std::optional<CognitoOptions>> user_pool_of(std::string_view issuer, const Environment& environment);

struct PoolUser {
  enum class State {
    invited,   // has a temporary password and has not come: FORCE_CHANGE_PASSWORD
    known,     // has a password, or is on the way to one: CONFIRMED, RESET_REQUIRED, UNCONFIRMED
    external,  // signs in at a provider behind the pool: EXTERNAL_PROVIDER
  };
  std::string username;  // in a pool whose users are named by address: the subject
  std::string subject;   // `sub` of tokens
  std::string email;
  State state = State::known;
  bool enabled = true;
};

class CognitoClient {
 public:
  CognitoClient(CognitoOptions options, Clock& clock, Random& random);

  /// `attribute`: "email" or "sub". By ListUsers, since AdminGetUser makes whoever is looked at a user to pay for; eventual, so a user made in
  /// this moment may be missing.
  Result<std::optional<PoolUser>> find(std::string_view attribute, std::string_view value, Time deadline) const;
  /// Makes one who cannot sign in yet, for nobody knows the password: resend() mails one. Error: conflict (there is one of this address).
  Result<PoolUser> create(std::string_view email, std::string_view name, Time deadline) const;

  /// All of them are idempotent. Errors: not_found, conflict (not in the user's state), too_many, unavailable, deadline_exceeded, internal.
  /// Mails the invitation with a new temporary password. Asked for by the address: here the pool takes no other name.
  Result<void> resend(const std::string& email, Time deadline) const;
  /// The password counts no more, and a code to choose another goes out by mail.
  Result<void> reset_password(const std::string& username, Time deadline) const;
  Result<void> set_enabled(const std::string& username, bool enabled, Time deadline) const;
  /// Voids all refresh tokens; access tokens live on to their end.
  Result<void> sign_out(const std::string& username, Time deadline) const;

 private:
  Result<Json> on(std::string operation, const std::string& username, Json more, Time deadline) const;

  std::string pool_;
  JsonClient client_;
};

}  // namespace satchel::aws
