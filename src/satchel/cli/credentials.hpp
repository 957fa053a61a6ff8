// SPDX-License-Identifier: Apache-2.0
// Where the sign-in of this computer is kept: one file of mode 0600 under $XDG_CONFIG_HOME/satchel. A lock file beside it keeps two
// commands from spending one refresh token.
#pragma once

#include <optional>
#include <string>

#include "satchel/base/result.hpp"
#include "satchel/base/time.hpp"
#include "satchel/cli/console.hpp"

namespace satchel::cli {

struct Credentials {
  std::string url;             // PUBLIC_URL of the server, without a slash at its end
  std::string token_endpoint;  // of its OpenID provider
  std::string client_id;       // there
  std::string token;           // personal API token or access token
  std::string refresh_token;   // empty: the token is all there is
  Time expires{};              // of an access token
};

/// Holds the lock until it is destroyed.
class CredentialStore {
 public:
  /// Error: unavailable (another command holds the lock for half a minute), internal (no folder can be made).
  static Result<CredentialStore> open(const World& world);
  CredentialStore(CredentialStore&& other) noexcept;
  CredentialStore& operator=(CredentialStore&&) = delete;
  ~CredentialStore();

  /// Absence is not an error.
  Result<std::optional<Credentials>> load() const;
  /// Replaces the file as a whole, synced before it counts.
  Result<void> save(const Credentials& credentials);
  Result<void> forget();

 private:
  CredentialStore(std::string file, int lock) : file_(std::move(file)), lock_(lock) {}

  std::string file_;
  int lock_;
};

}  // namespace satchel::cli
