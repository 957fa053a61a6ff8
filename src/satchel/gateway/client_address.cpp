// SPDX-License-Identifier: Apache-2.0
#include "satchel/gateway/client_address.hpp"

#include <arpa/inet.h>
#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <cstring>
#include <optional>

namespace satchel::gateway {
namespace {

using Bytes = std::array<std::uint8_t, 16>;

struct Parsed {
  Bytes bytes;
  bool v4;
};

std::optional<Parsed> parse_address(std::string_view text) {
  const std::string address(text);
  Parsed parsed{.bytes = {0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xFF, 0xFF}, .v4 = true};
  if (inet_pton(AF_INET, address.c_str(), &parsed.bytes[12]) == 1) return parsed;
  if (inet_pton(AF_INET6, address.c_str(), parsed.bytes.data()) != 1) return std::nullopt;
  parsed.v4 = false;
  return parsed;
}

bool same_prefix(const Bytes& a, const Bytes& b, int bits) {
  const auto whole = static_cast<std::size_t>(bits / 8);
  if (std::memcmp(a.data(), b.data(), whole) != 0) return false;
  const int rest = bits % 8;
  return rest == 0 || ((a[whole] ^ b[whole]) >> (8 - rest)) == 0;
}

std::optional<int> parse_bits(std::string_view text, int most) {
  int bits = 0;
  const auto [end, failed] = std::from_chars(text.data(), text.data() + text.size(), bits);
  if (failed != std::errc() || end != text.data() + text.size() || bits < 0 || bits > most) return std::nullopt;
  return bits;
}

/// The last element of a list, taken off it; without the port or brackets that some proxies write.
std::string_view take_last(std::string_view& list) {
  const std::size_t comma = list.rfind(',');
  auto element = list.substr(comma == std::string_view::npos ? 0 : comma + 1);
  list = list.substr(0, comma == std::string_view::npos ? 0 : comma);
  while (element.starts_with(' ') || element.starts_with('\t')) element.remove_prefix(1);
  while (element.ends_with(' ') || element.ends_with('\t')) element.remove_suffix(1);
  if (element.starts_with('[')) return element.substr(1, element.find(']') - 1);
  if (std::ranges::count(element, ':') == 1) return element.substr(0, element.find(':'));
  return element;
}

}  // namespace

Result<TrustedProxies> TrustedProxies::parse(const std::vector<std::string>& list) {
  TrustedProxies proxies;
  for (const std::string& text : list) {
    const std::size_t slash = text.find('/');
    const auto address = parse_address(std::string_view(text).substr(0, slash));
    const int most = address && address->v4 ? 32 : 128;
    const auto bits = slash == std::string::npos ? std::optional(most) : parse_bits(std::string_view(text).substr(slash + 1), most);
    if (!address || !bits) return fail(ErrorCode::invalid, fmt::format("'{}' is no address or network. Write one such as 10.0.0.0/8 or ::1.", text));
    proxies.networks_.push_back({address->bytes, address->v4 ? *bits + 96 : *bits});
  }
  return proxies;
}

bool TrustedProxies::trusts(std::string_view address) const {
  const auto parsed = parse_address(address);
  return parsed && std::ranges::any_of(networks_, [&](const Network& network) { return same_prefix(network.address, parsed->bytes, network.bits); });
}

std::string TrustedProxies::client(std::string_view peer, std::string_view forwarded_for) const {
  std::string_view nearest = peer;
  while (trusts(nearest) && !forwarded_for.empty()) {
    const auto next = take_last(forwarded_for);
    if (!parse_address(next)) break;  // the proxy wrote no address: the proxy itself is all we know
    nearest = next;
  }
  return std::string(nearest);
}

bool is_loopback(std::string_view address) {
  static const TrustedProxies loopback = TrustedProxies::parse({"127.0.0.0/8", "::1"}).value();
  return loopback.trusts(address);
}

}  // namespace satchel::gateway
