// SPDX-License-Identifier: Apache-2.0
#include "satchel/gateway/assets.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace satchel::gateway {
namespace {

constexpr int kFull = 1000;

std::string_view trimmed(std::string_view text) {
  const std::size_t first = text.find_first_not_of(" \t");
  if (first == std::string_view::npos) return {};
  return text.substr(first, text.find_last_not_of(" \t") - first + 1);
}

/// The next element of a list, taken off its front.
std::string_view take(std::string_view& list, char separator) {
  const std::size_t end = std::min(list.find(separator), list.size());
  const auto element = trimmed(list.substr(0, end));
  list.remove_prefix(std::min(end + 1, list.size()));
  return element;
}

bool same_letters(std::string_view a, std::string_view b) {
  return std::ranges::equal(a, b, [](char x, char y) { return (x >= 'A' && x <= 'Z' ? x - 'A' + 'a' : x) == y; });
}

/// "0.85" as 850; anything else that is no weight as 0.
int parse_weight(std::string_view text) {
  if (text.empty() || text.size() > 5 || (text[0] != '0' && text[0] != '1')) return 0;
  int weight = (text[0] - '0') * kFull;
  if (text.size() > 1 && text[1] != '.') return 0;
  int place = kFull / 10;
  for (const char digit : text.substr(std::min<std::size_t>(2, text.size()))) {
    if (digit < '0' || digit > '9') return 0;
    weight += (digit - '0') * place;
    place /= 10;
  }
  return std::min(weight, kFull);
}

struct Form {
  std::string_view coding;  // empty: plain
  std::string_view bytes;
};

/// The smaller one of equal weight: Brotli, then gzip.
Form choose(const Asset& asset, std::string_view accept) {
  const int brotli = asset.brotli.empty() ? 0 : coding_weight(accept, "br");
  const int gzip = asset.gzip.empty() ? 0 : coding_weight(accept, "gzip");
  if (brotli > 0 && brotli >= gzip) return {"br", asset.brotli};
  if (gzip > 0) return {"gzip", asset.gzip};
  return {"", asset.plain};
}

/// If-None-Match compares weakly (RFC 9110 section 13.1.2).
bool is_named(std::string_view list, std::string_view etag) {
  while (!list.empty()) {
    auto tag = take(list, ',');
    if (tag == "*") return true;
    if (tag.starts_with("W/")) tag.remove_prefix(2);
    if (tag == etag) return true;
  }
  return false;
}

}  // namespace

int coding_weight(std::string_view accept_encoding, std::string_view coding) {
  int any = 0;
  while (!accept_encoding.empty()) {
    auto element = take(accept_encoding, ',');
    const auto name = take(element, ';');
    int weight = kFull;
    while (!element.empty()) {
      const auto parameter = take(element, ';');
      if (parameter.starts_with("q=") || parameter.starts_with("Q=")) weight = parse_weight(parameter.substr(2));
    }
    if (same_letters(name, coding)) return weight;
    if (name == "*") any = weight;
  }
  return any;
}

Assets::Assets(std::span<const Asset> table) {
  for (const Asset& asset : table) by_path_.emplace(asset.path, &asset);
}

const Asset* Assets::find(std::string_view path) const {
  const auto found = by_path_.find(path);
  return found == by_path_.end() ? nullptr : found->second;
}

AssetAnswer answer_asset(const Asset& asset, const net::Fields& request, int status) {
  const Form form = choose(asset, request.find("accept-encoding").value_or(""));
  const std::string etag = fmt::format("\"{}{}{}\"", asset.digest, form.coding.empty() ? "" : "-", form.coding);
  const bool immutable = asset.path.starts_with("/assets/");
  AssetAnswer answer{.head = {.status = status, .fields = {}}, .body = {}};
  answer.head.fields.add("etag", etag);
  answer.head.fields.add("vary", "accept-encoding");
  if (status == 200) answer.head.fields.add("cache-control", immutable ? "public, max-age=31536000, immutable" : "no-cache");
  if (status == 200 && is_named(request.find("if-none-match").value_or(""), etag)) {
    answer.head.status = 304;
    return answer;
  }
  answer.head.fields.add("content-type", std::string(asset.type));
  if (!form.coding.empty()) answer.head.fields.add("content-encoding", std::string(form.coding));
  answer.body = form.bytes;
  return answer;
}

}  // namespace satchel::gateway
