// SPDX-License-Identifier: Apache-2.0
// An OpenID provider elsewhere: its discovery document, the keys of its JWKS as a KeySource, and what its user info endpoint says of a
// person. HTTPS alone, but for loopback. Any thread may call; a call waits for the network for at most `patience`.
// Sources: OpenID Connect Discovery 1.0, OpenID Connect Core 1.0 section 5.3, RFC 7517.
#pragma once

#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "satchel/base/clock.hpp"
#include "satchel/base/log.hpp"
#include "satchel/net/client.hpp"
#include "satchel/runtime/jwt.hpp"

namespace satchel::oidc {

struct IssuerOptions {
  std::string url;                            // as tokens write it in `iss`: equal byte by byte, a slash at its end included
  Duration fresh = std::chrono::minutes{10};  // keys are read again after it
  Duration stale = std::chrono::hours{24};    // and serve so long where they cannot be read
  Duration pause = std::chrono::seconds{10};  // between two readings, whatever unknown keys tokens name
  Duration patience = std::chrono::seconds{5};
  std::string ca_file = {};                   // empty: the system's
  std::string reached_at = {};                // where its discovery document is read, in place of the url: an endpoint of one's own that stands for the issuer
};

/// What the rest needs of the discovery document. Empty where the provider has no such thing.
struct Provider {
  std::string authorization_endpoint, token_endpoint, jwks_uri, userinfo_endpoint, revocation_endpoint, end_session_endpoint;
  std::vector<std::string> scopes;  // scopes_supported
};

class Issuer final : public KeySource {
 public:
  /// Error: invalid, where the URL is none, or is plain HTTP to another machine.
  static Result<std::unique_ptr<Issuer>> at(IssuerOptions options, Clock& clock, Logger& logger);

  const std::string& url() const { return options_.url; }

  /// Read once, then remembered. Errors, each a sentence that names the issuer: unavailable, deadline_exceeded (no answer), not_found
  /// (no discovery document there), invalid (it names another issuer, or its endpoints are no good).
  Result<Provider> provider(const Call& call) const;

  /// The key of that kid. One that is not known has the keys read again, at most once in `pause`. Errors: unavailable, deadline_exceeded,
  /// where they cannot be read and were not for `stale`.
  Result<std::optional<RsaPublicKey>> find(const Call& call, std::string_view kid) const override;

  /// What the provider says of whom the access token was made for: an object with `sub`. Error: not_found (no such endpoint), unauthenticated
  /// (the token is not good for it), unavailable, deadline_exceeded.
  Result<Claims> person(const Call& call, std::string_view access_token) const;

  /// When the provider's clock stood where, by the Date of an answer. Errors: as provider().
  Result<Time> its_time(const Call& call) const;

 private:
  using Keys = std::map<std::string, RsaPublicKey, std::less<>>;

  Issuer(IssuerOptions options, Clock& clock, Logger& logger);
  Result<net::ClientResponse> get(const Call& call, const std::string& address, std::string_view bearer = {}) const;
  Result<Json> document(const Call& call, const std::string& address, std::string_view what) const;
  Result<Keys> read_keys(const Call& call) const;
  struct Seen;  // what is known of a key now
  Seen look(std::string_view kid, Time now) const;
  Result<void> renew(const Call& call, std::string_view kid, Duration patience) const;

  IssuerOptions options_;
  Clock* clock_;
  Logger* logger_;
  std::unique_ptr<net::Client> http_;
  mutable std::timed_mutex reading_;  // one thread reads; who has a key that will do goes on meanwhile
  mutable std::mutex mutex_;    // over all below; never held over a call
  mutable std::optional<Provider> provider_;
  mutable Keys keys_;
  mutable Time read_{}, tried_{};  // the last reading that succeeded; the last one
};

/// "https://…", or "http://…" on loopback: what a secret may be sent to.
bool is_trustworthy(std::string_view url);

}  // namespace satchel::oidc
