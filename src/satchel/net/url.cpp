// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include <algorithm>
#include <charconv>

#include "satchel/net/client.hpp"

namespace satchel::net {
namespace {

std::unexpected<Error> no_url(std::string_view text) {
  return fail(ErrorCode::invalid, fmt::format("'{}' is no web address. It looks like https://files.example.org/path.", text));
}

/// "host", "host:port" or "[v6]:port" into the URL; whether that is one.
bool take_authority(std::string_view authority, Url& url) {
  std::string_view host = authority, port;
  if (authority.starts_with('[')) {
    const std::size_t end = authority.find(']');
    if (end == std::string_view::npos) return false;
    host = authority.substr(1, end - 1);
    port = authority.substr(end + 1);
    if (!port.empty() && !port.starts_with(':')) return false;
  } else if (const std::size_t colon = authority.find(':'); colon != std::string_view::npos) {
    host = authority.substr(0, colon);
    port = authority.substr(colon);
  }
  if (host.empty() || !std::ranges::all_of(host, [](char c) { return c > ' ' && c < 0x7f && c != '@' && c != '%' && c != '\\'; })) return false;
  url.host = std::string(host);
  url.port = url.secure ? 443 : 80;
  if (port.empty()) return true;
  const char* end = port.data() + port.size();
  const auto [stop, error] = std::from_chars(port.data() + 1, end, url.port);
  return error == std::errc() && stop == end && url.port != 0;
}

}  // namespace

Result<Url> Url::parse(std::string_view text) {
  Url url;
  url.secure = text.starts_with("https://");
  if (!url.secure && !text.starts_with("http://")) return no_url(text);
  const std::string_view rest = text.substr(url.secure ? 8 : 7);
  const std::size_t path = std::min(rest.find_first_of("/?#"), rest.size());
  url.target = std::string(rest.substr(path));
  if (!url.target.starts_with('/')) url.target.insert(0, 1, '/');
  const bool plain = std::ranges::all_of(url.target, [](char c) { return c > ' ' && c < 0x7f && c != '#'; });
  if (!plain || !take_authority(rest.substr(0, path), url)) return no_url(text);
  return url;
}

std::string Url::origin() const {
  const std::string name = host.contains(':') ? "[" + host + "]" : host;
  const bool usual = port == (secure ? 443 : 80);
  return fmt::format("{}://{}{}", secure ? "https" : "http", name, usual ? "" : fmt::format(":{}", port));
}

}  // namespace satchel::net
