// SPDX-License-Identifier: Apache-2.0
// The one retry loop of Satchel.
#pragma once

#include <algorithm>
#include <chrono>

#include "satchel/base/clock.hpp"
#include "satchel/base/random.hpp"
#include "satchel/base/result.hpp"

namespace satchel {

struct RetryPolicy {
  int attempts = 4;             // in all
  Duration first_delay{20};     // doubled each time, with full jitter
  Duration longest_delay{2000};
};

/// Calls `operation` until it succeeds, fails for good (is_retryable), the attempts are used up or the deadline would pass.
/// The operation must be idempotent: an unavailable peer may have done it.
template <class Operation>
auto retry(const RetryPolicy& policy, Time deadline, Clock& clock, Random& random, Operation operation)
    -> decltype(operation()) {
  Duration delay = policy.first_delay;
  for (int attempt = 1;; ++attempt) {
    auto result = operation();
    if (result || !is_retryable(result.error().code) || attempt >= policy.attempts) return result;
    const Time next = clock.now() + Duration{static_cast<std::int64_t>(random_below(
                                        random, static_cast<std::uint64_t>(delay.count()) + 1))};
    if (next >= deadline) return result;
    clock.sleep_until(next);
    delay = std::min(delay * 2, policy.longest_delay);
  }
}

}  // namespace satchel
