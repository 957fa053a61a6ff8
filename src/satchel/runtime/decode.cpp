// SPDX-License-Identifier: Apache-2.0
#include "satchel/runtime/decode.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <optional>
#include <set>

#include "satchel/base/encoding.hpp"

namespace satchel {
namespace {

constexpr std::string_view kSingle[] = {"authorization",   "content-type",  "idempotency-key",     "origin",      "satchel-link-ticket",
                                        "satchel-request", "content-range", "x-forwarded-proto", "user-agent"};

std::unexpected<Error> bad_path() { return fail(ErrorCode::invalid, "The path of the request is not valid. Check its percent-encoding.", {}, "bad_path"); }
std::unexpected<Error> bad_query(std::string_view what) {
  return fail(ErrorCode::invalid, fmt::format("The query of the request is not valid: {}.", what), {}, "bad_query");
}

bool is_plain(std::string_view text) {
  return is_utf8(text) && std::ranges::none_of(text, [](char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7F; });
}

bool is_good_segment(std::string_view raw) {
  const auto segment = percent_decode(raw);
  return segment && is_plain(*segment) && *segment != "." && *segment != "..";
}

bool is_good_path(std::string_view path) {
  if (!path.starts_with('/')) return false;
  for (path.remove_prefix(1);;) {
    const std::size_t end = path.find('/');
    const auto segment = path.substr(0, end);
    if (!is_good_segment(segment) || (segment.empty() && end != std::string_view::npos)) return false;
    if (end == std::string_view::npos) return true;
    path.remove_prefix(end + 1);
  }
}

std::optional<std::string> decode_form(std::string_view raw) {
  std::string spaced(raw);
  std::ranges::replace(spaced, '+', ' ');
  auto text = percent_decode(spaced);
  return text && is_utf8(*text) ? text : std::nullopt;
}

std::string_view trimmed(std::string_view text) {
  const std::size_t first = text.find_first_not_of(" \t");
  if (first == std::string_view::npos) return {};
  return text.substr(first, text.find_last_not_of(" \t") - first + 1);
}

}  // namespace

Result<DecodedTarget> decode_target(std::string_view target) {
  const std::size_t mark = target.find('?');
  const auto path = target.substr(0, mark);
  if (!is_good_path(path)) return bad_path();
  DecodedTarget decoded{.path = std::string(path), .query = {}};
  if (mark != std::string_view::npos) decoded.query = TRY(decode_query(target.substr(mark + 1)));
  return decoded;
}

Result<TextMap> decode_query(std::string_view query) {
  TextMap arguments;
  while (!query.empty()) {
    const std::size_t end = std::min(query.find('&'), query.size());
    const auto pair = query.substr(0, end);
    query.remove_prefix(std::min(end + 1, query.size()));
    if (pair.empty()) continue;
    const std::size_t equals = std::min(pair.find('='), pair.size());
    auto name = decode_form(pair.substr(0, equals));
    auto value = decode_form(pair.substr(std::min(equals + 1, pair.size())));
    if (!name || !value) return bad_query("its percent-encoding is broken or it is no UTF-8");
    if (name->empty()) return bad_query("an argument has no name");
    const auto [place, added] = arguments.emplace(*std::move(name), *std::move(value));
    if (!added) return bad_query(fmt::format("'{}' stands in it twice", place->first));
  }
  return arguments;
}

bool has_one_value(std::string_view field) { return std::ranges::find(kSingle, field) != std::end(kSingle); }

TextMap decode_cookies(std::string_view header) {
  TextMap cookies;
  std::set<std::string, std::less<>> twice;
  while (!header.empty()) {
    const std::size_t end = std::min(header.find(';'), header.size());
    const auto pair = trimmed(header.substr(0, end));
    header.remove_prefix(std::min(end + 1, header.size()));
    const std::size_t equals = pair.find('=');
    if (equals == std::string_view::npos || equals == 0) continue;
    const auto [place, added] = cookies.emplace(pair.substr(0, equals), pair.substr(equals + 1));
    if (!added) twice.insert(place->first);
  }
  for (const std::string& name : twice) cookies.erase(name);
  return cookies;
}

}  // namespace satchel
