// SPDX-License-Identifier: Apache-2.0
#include "satchel/identity/browser.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "satchel/base/encoding.hpp"
#include "satchel/identity/lifetimes.hpp"

namespace satchel::identity {
namespace {

bool is_https(std::string_view url) { return url.starts_with("https://"); }

std::unexpected<Error> bad_form(std::string why) {
  return fail(ErrorCode::invalid, "Send the members as application/x-www-form-urlencoded, each once.", std::move(why), "bad_form");
}

std::optional<std::string> decode(std::string_view text) {
  std::string spaced(text);
  std::ranges::replace(spaced, '+', ' ');
  auto decoded = percent_decode(spaced);
  return decoded && is_utf8(*decoded) ? std::move(decoded) : std::nullopt;
}

bool is_form(std::string_view content_type) {
  constexpr std::string_view kType = "application/x-www-form-urlencoded";
  const auto type = content_type.substr(0, content_type.find(';'));
  return std::ranges::equal(type, kType, [](char a, char b) { return (a >= 'A' && a <= 'Z' ? a - 'A' + 'a' : a) == b; });
}

void add_cookie(Response& response, std::string_view public_url, std::string_view value, std::int64_t age) {
  response.headers.emplace_back("set-cookie", fmt::format("{}={}; Path=/; Max-Age={}; HttpOnly; SameSite=Lax{}", session_cookie_name(public_url), value, age,
                                                          is_https(public_url) ? "; Secure" : ""));
}

}  // namespace

std::string_view origin_of(std::string_view url) {
  const auto host = url.find("://");
  return host == url.npos ? url : url.substr(0, url.find('/', host + 3));
}

bool is_same_origin(const Request& request, std::string_view public_url) {
  if (const auto origin = request.header("origin"); !origin.empty()) return origin == origin_of(public_url);
  return request.header("sec-fetch-site") == "same-origin";
}

Result<void> check_own_page(const Request& request, std::string_view public_url) {
  const auto origin = request.header("origin"), site = request.header("sec-fetch-site");
  const bool foreign = (!origin.empty() && origin != origin_of(public_url)) || (!site.empty() && site != "same-origin" && site != "none");
  if (request.header("satchel-request") == "1" && !foreign) return {};
  return fail(ErrorCode::forbidden, fmt::format("This may only be asked for by Satchel's own pages. Open {} and try again.", public_url), {}, "foreign_page");
}

std::string session_cookie_name(std::string_view public_url) { return is_https(public_url) ? "__Host-satchel_session" : "satchel_session"; }

std::string_view session_cookie(const Request& request, std::string_view public_url) { return request.cookie(session_cookie_name(public_url)); }

void set_session_cookie(Response& response, std::string_view public_url, std::string_view secret) {
  add_cookie(response, public_url, secret, std::chrono::duration_cast<std::chrono::seconds>(kSessionLife).count());
}

void clear_session_cookie(Response& response, std::string_view public_url) { add_cookie(response, public_url, "", 0); }

Result<TextMap> parse_form(const Request& request) {
  if (!is_form(request.header("content-type"))) return bad_form("another content type");
  TextMap members;
  std::string_view rest = request.body;
  while (!rest.empty()) {
    const auto end = std::min(rest.find('&'), rest.size());
    const auto pair = rest.substr(0, end);
    rest.remove_prefix(std::min(end + 1, rest.size()));
    if (pair.empty()) continue;
    const auto equals = std::min(pair.find('='), pair.size());
    auto name = decode(pair.substr(0, equals)), value = decode(pair.substr(std::min(equals + 1, pair.size())));
    if (!name || !value) return bad_form("not percent-encoded UTF-8");
    if (!members.emplace(*std::move(name), *std::move(value)).second) return bad_form("a member twice");
  }
  return members;
}

std::string to_query(const TextMap& members) {
  std::string query;
  for (const auto& [name, value] : members) {
    query.append(query.empty() ? "" : "&").append(percent_encode(name)).append("=").append(percent_encode(value));
  }
  return query;
}

}  // namespace satchel::identity
