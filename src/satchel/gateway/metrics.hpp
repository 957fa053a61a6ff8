// SPDX-License-Identifier: Apache-2.0
// Counters in Prometheus's text form (version 0.0.4). Names of functions and statuses only: nothing of a request becomes a label. Any
// thread may call.
#pragma once

#include <array>
#include <cstdint>
#include <map>
#include <mutex>
#include <string>
#include <string_view>

#include "satchel/base/time.hpp"

namespace satchel::gateway {

class Metrics {
 public:
  /// `name`: of the function, or "static", "objects", … An answer of `bytes` that took so long.
  void count(std::string_view name, int status, Duration took, std::uint64_t bytes);
  std::string text() const;

 private:
  static constexpr std::array<int, 10> kBounds{1, 2, 5, 10, 25, 50, 100, 500, 2500, 10'000};  // milliseconds
  struct Series {
    std::map<int, std::uint64_t> by_status;
    std::array<std::uint64_t, kBounds.size() + 1> buckets{};
    std::uint64_t bytes = 0, millis = 0;
  };

  mutable std::mutex mutex_;
  std::map<std::string, Series, std::less<>> series_;
};

/// "# HELP", "# TYPE" and one sample.
std::string metric(std::string_view name, std::string_view type, std::string_view help, std::uint64_t value);

}  // namespace satchel::gateway
