// SPDX-License-Identifier: Apache-2.0
// Who a request comes from, as far as it can be believed: X-Forwarded-For counts only what trusted proxies have written.
#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "satchel/base/result.hpp"

namespace satchel::gateway {

class TrustedProxies {
 public:
  TrustedProxies() = default;  // nobody
  /// Addresses and networks: "10.0.0.0/8", "::1". Error: invalid.
  static Result<TrustedProxies> parse(const std::vector<std::string>& list);

  bool trusts(std::string_view address) const;
  /// The peer, or the nearest address in `forwarded_for` (a list, the nearest last) that no trusted proxy has.
  std::string client(std::string_view peer, std::string_view forwarded_for) const;

 private:
  struct Network {
    std::array<std::uint8_t, 16> address;  // IPv4 mapped into IPv6
    int bits;
  };
  std::vector<Network> networks_;
};

bool is_loopback(std::string_view address);

}  // namespace satchel::gateway
