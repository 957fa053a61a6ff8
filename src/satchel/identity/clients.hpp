// SPDX-License-Identifier: Apache-2.0
// The two programs that may ask for tokens, both public (no secret, PKCE always), and where their answers may go. Pure.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace satchel::identity {

struct Client {
  std::string_view id;
  std::vector<std::string> redirects;    // compared byte by byte
  std::vector<std::string> after_logout;
  bool loopback = false;                 // a program on the person's machine: http://127.0.0.1:PORT/callback or http://[::1]:PORT/callback
};

std::optional<Client> find_client(std::string_view id, std::string_view public_url);

/// RFC 9700 section 2.1: equal to a registered one; for a native client only the port varies (RFC 8252 section 7.3).
bool redirects_to(const Client& client, std::string_view uri);

inline constexpr std::string_view kWebClient = "satchel-web", kCliClient = "satchel-cli";

/// What may be asked for; a scope outside is left out of what is granted.
inline constexpr std::string_view kScopes[] = {"openid", "profile", "email", "offline_access"};
/// The known ones of a space-separated list, each once, in the order of kScopes.
std::string known_scopes(std::string_view asked);
bool has_scope(std::string_view scopes, std::string_view wanted);

}  // namespace satchel::identity
