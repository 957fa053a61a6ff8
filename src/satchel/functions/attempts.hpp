// SPDX-License-Identifier: Apache-2.0
// Reads, decides and writes again where another writer was faster or the table's answer was lost. What is attempted must be
// idempotent: its ids are made outside of it, and its conditions recognise what an earlier attempt has done.
#pragma once

#include <optional>

#include "satchel/base/retry.hpp"
#include "satchel/runtime/function.hpp"

namespace satchel {

/// What attempt() repeats on: the state has moved between reading and writing.
inline std::unexpected<Error> moved_on() {
  return fail(ErrorCode::conflict, "This is being changed by somebody else right now. Try again.");
}

/// An error without a type of its own comes from a port and passes by itself; one with a type is the function's last word.
inline bool passes_by_itself(const Error& error) { return is_retryable(error.code) && error.type.empty(); }

/// A clock whose waits take no time, for a context without one.
class StandingClock final : public Clock {
 public:
  explicit StandingClock(Time now) : now_(now) {}
  Time now() const override { return now_; }
  void sleep_until(Time time) override { now_ = time; }

 private:
  Time now_;
};

/// Calls `operation` until it has its last word, at most eight times and within the deadline.
template <class Operation>
auto attempt(const Context& context, Operation operation) -> decltype(operation()) {
  StandingClock standing(context.call.now);
  Clock& clock = context.clock ? *context.clock : standing;
  std::optional<decltype(operation())> last;
  // The word of the last attempt is in `last`; retry() only sees whether to go on.
  const auto ended = retry({.attempts = 8}, context.call.deadline, clock, context.random, [&]() -> Result<void> {
    last.emplace(operation());
    if (!*last && passes_by_itself(last->error())) return std::unexpected(last->error());
    return {};
  });
  (void)ended;
  return *std::move(last);
}

}  // namespace satchel
