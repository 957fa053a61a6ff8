// SPDX-License-Identifier: Apache-2.0
#include "satchel/objects/conditions.hpp"

#include <algorithm>
#include <limits>

#include "satchel/objects/failure.hpp"

namespace satchel::objects {
namespace {

std::string_view trim(std::string_view text) {
  while (text.starts_with(' ') || text.starts_with('\t')) text.remove_prefix(1);
  while (text.ends_with(' ') || text.ends_with('\t')) text.remove_suffix(1);
  return text;
}

/// Whether a list of entity tags names `etag`. Ours are strong, so a weak one matches only where `weak` is enough. Tags without
/// quotes are taken, as S3 does.
bool names(std::string_view list, std::string_view etag, bool weak) {
  while (!list.empty()) {
    std::string_view tag = trim(list.substr(0, list.find(',')));
    list.remove_prefix(std::min(list.size(), list.find(',') == std::string_view::npos ? list.size() : list.find(',') + 1));
    if (tag == "*") return true;
    if (tag.starts_with("W/")) {
      if (!weak) continue;
      tag.remove_prefix(2);
    }
    if (tag.size() >= 2 && tag.starts_with('"') && tag.ends_with('"')) tag = tag.substr(1, tag.size() - 2);
    if (tag == etag) return true;
  }
  return false;
}

/// Dates on the wire have whole seconds.
Time whole_seconds(Time time) { return std::chrono::floor<std::chrono::seconds>(time); }

std::optional<Time> date(const net::Fields& fields, std::string_view name) {
  const auto text = fields.find(name);
  if (!text) return std::nullopt;
  const auto time = parse_http(*text);
  return time ? std::optional(*time) : std::nullopt;
}

/// Digits only; what is beyond 64 bits is as good as the largest.
std::optional<std::uint64_t> digits(std::string_view text) {
  if (text.empty()) return std::nullopt;
  constexpr auto kMost = std::numeric_limits<std::uint64_t>::max();
  std::uint64_t number = 0;
  for (const char c : text) {
    if (c < '0' || c > '9') return std::nullopt;
    const auto digit = static_cast<std::uint64_t>(c - '0');
    number = number > (kMost - digit) / 10 ? kMost : number * 10 + digit;
  }
  return number;
}

bool void_by_if_range(const net::Fields& fields, std::string_view etag, Time modified) {
  const auto text = fields.find("if-range");
  if (!text) return false;
  if (text->starts_with('"')) return !names(*text, etag, /*weak=*/false);
  const auto since = parse_http(*text);
  return !since || *since != whole_seconds(modified);
}

std::unexpected<Error> nothing_there() {
  return refuse(ErrorCode::invalid, "InvalidRange", "The object has no bytes in the range asked for.");
}

}  // namespace

Verdict judge(const net::Fields& fields, std::string_view etag, Time modified) {
  if (const auto match = fields.find("if-match")) {
    if (!names(*match, etag, /*weak=*/false)) return Verdict::failed;
  } else if (const auto since = date(fields, "if-unmodified-since"); since && whole_seconds(modified) > *since) {
    return Verdict::failed;
  }
  if (const auto none = fields.find("if-none-match")) {
    return names(*none, etag, /*weak=*/true) ? Verdict::not_modified : Verdict::proceed;
  }
  const auto since = date(fields, "if-modified-since");
  return since && whole_seconds(modified) <= *since ? Verdict::not_modified : Verdict::proceed;
}

Result<bool> only_if_absent(const net::Fields& fields) {
  for (const char* name : {"if-match", "if-modified-since", "if-unmodified-since"}) {
    if (fields.find(name)) return refuse(ErrorCode::unsupported, "NotImplemented", "The only condition on a write is If-None-Match: *.");
  }
  const auto none = fields.find("if-none-match");
  if (!none) return false;
  if (*none != "*" || fields.count("if-none-match") > 1) {
    return refuse(ErrorCode::unsupported, "NotImplemented", "The only condition on a write is If-None-Match: *.");
  }
  return true;
}

Result<std::optional<Range>> range_of(const net::Fields& fields, std::uint64_t size, std::string_view etag, Time modified) {
  const auto text = fields.find("range");
  if (!text || fields.count("range") > 1 || !text->starts_with("bytes=") || void_by_if_range(fields, etag, modified)) return std::nullopt;
  const std::string_view spec = trim(text->substr(6));
  const std::size_t dash = spec.find('-');
  if (dash == std::string_view::npos || spec.contains(',')) return std::nullopt;
  const auto first = digits(spec.substr(0, dash)), last = digits(spec.substr(dash + 1));
  if (dash == 0) {
    if (!last) return std::nullopt;
    const std::uint64_t length = std::min(*last, size);
    if (length == 0) return nothing_there();
    return Range{size - length, length};
  }
  if (!first || (!last && dash + 1 != spec.size()) || (last && *last < *first)) return std::nullopt;
  if (*first >= size) return nothing_there();
  return Range{*first, std::min(last.value_or(size - 1), size - 1) - *first + 1};
}

}  // namespace satchel::objects
