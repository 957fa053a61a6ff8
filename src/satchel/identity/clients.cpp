// SPDX-License-Identifier: Apache-2.0
#include "satchel/identity/clients.hpp"

#include <algorithm>

namespace satchel::identity {
namespace {

bool is_port(std::string_view text) {
  const bool digits = !text.empty() && text.size() <= 5 && text[0] != '0' && std::ranges::all_of(text, [](char c) { return c >= '0' && c <= '9'; });
  return digits && std::stoi(std::string(text)) <= 65535;
}

bool is_loopback_callback(std::string_view uri) {
  constexpr std::string_view kPath = "/callback";
  for (const std::string_view host : {"http://127.0.0.1:", "http://[::1]:"}) {
    if (!uri.starts_with(host) || !uri.ends_with(kPath) || uri.size() < host.size() + kPath.size()) continue;
    return is_port(uri.substr(host.size(), uri.size() - host.size() - kPath.size()));
  }
  return false;
}

}  // namespace

std::optional<Client> find_client(std::string_view id, std::string_view public_url) {
  const std::string base(public_url);
  if (id == kWebClient) return Client{.id = kWebClient, .redirects = {base + "/callback"}, .after_logout = {base, base + "/", base + "/signin"}};
  if (id == kCliClient) return Client{.id = kCliClient, .redirects = {}, .after_logout = {}, .loopback = true};
  return std::nullopt;
}

bool redirects_to(const Client& client, std::string_view uri) {
  return std::ranges::find(client.redirects, uri) != client.redirects.end() || (client.loopback && is_loopback_callback(uri));
}

bool has_scope(std::string_view scopes, std::string_view wanted) {
  while (!scopes.empty()) {
    const auto end = std::min(scopes.find(' '), scopes.size());
    if (scopes.substr(0, end) == wanted) return true;
    scopes.remove_prefix(std::min(end + 1, scopes.size()));
  }
  return false;
}

std::string known_scopes(std::string_view asked) {
  std::string known;
  for (const auto scope : kScopes) {
    if (has_scope(asked, scope)) known.append(known.empty() ? "" : " ").append(scope);
  }
  return known;
}

}  // namespace satchel::identity
