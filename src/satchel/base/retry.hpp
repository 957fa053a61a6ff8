// SPDX-License-Identifier: Apache-2.0
// The one retry loop of Satchel.
#pragma once

#include <algorithm>
#include <chrono>
#include <utility>

#include "satchel/base/clock.hpp"
#include "satchel/base/random.hpp"
#include "satchel/base/result.hpp"

namespace satchel {

struct RetryPolicy {
  int attempts = 4;             // in all
  Duration first_delay{20};     // doubled each time, with full jitter
  Duration longest_delay{2000};
};

/// Calls `operation` until it succeeds, fails with an error that is not `worth` another try, the attempts are used up or the deadline would
/// pass. The operation must be idempotent where that includes unavailable or deadline_exceeded: an unavailable peer may have done it.
template <class Operation, class Worth>
auto retry(const RetryPolicy& policy, Time deadline, Clock& clock, Random& random, Operation operation, Worth worth) -> decltype(operation()) {
  Duration delay = policy.first_delay;
  for (int attempt = 1;; ++attempt) {
    auto result = operation();
    if (result || !worth(result.error()) || attempt >= policy.attempts) return result;
    const Time next = clock.now() + Duration{static_cast<std::int64_t>(random_below(random, static_cast<std::uint64_t>(delay.count()) + 1))};
    if (next >= deadline) return result;
    clock.sleep_until(next);
    delay = std::min(delay * 2, policy.longest_delay);
  }
}

/// Goes on with whatever may succeed when repeated unchanged.
template <class Operation>
auto retry(const RetryPolicy& policy, Time deadline, Clock& clock, Random& random, Operation operation) -> decltype(operation()) {
  return retry(policy, deadline, clock, random, std::move(operation), [](const Error& error) { return is_retryable(error.code); });
}

}  // namespace satchel
