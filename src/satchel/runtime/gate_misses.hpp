// SPDX-License-Identifier: Apache-2.0
// The gate that makes guessing tokens dear: an address that shows too many tokens that nobody has must wait. It holds a bounded
// number of addresses in memory, an IPv6 network of 64 bits as one. Any thread may call.
#pragma once

#include <cstddef>
#include <mutex>
#include <string>
#include <string_view>
#include <unordered_map>

#include "satchel/base/result.hpp"
#include "satchel/base/time.hpp"

namespace satchel {

struct MissLimits {
  double burst = 100;           // misses at once
  double per_second = 2;        // that are forgiven
  std::size_t addresses = 8192;
};

class MissGate {
 public:
  explicit MissGate(const MissLimits& limits = {}) : limits_(limits) {}

  /// Asked when a token was nobody's. Error: too_many.
  Result<void> check(std::string_view address, Time now);
  /// Told of it.
  void count(std::string_view address, Time now);

 private:
  struct Bucket {
    double misses = 0;
    Time at{};
  };
  double misses_at(const Bucket& bucket, Time now) const;
  void make_room(Time now);

  MissLimits limits_;
  std::mutex mutex_;
  std::unordered_map<std::string, Bucket> buckets_;
};

/// What counts as one client: an IPv4 address, the first 64 bits of an IPv6 one, or the text itself where it is neither.
std::string network_of(std::string_view address);

}  // namespace satchel
