// SPDX-License-Identifier: Apache-2.0
// A clock that stands still until it is told otherwise: sleeping moves it, so nothing in a test ever waits. Any thread may call.
#pragma once

#include <atomic>

#include "satchel/base/clock.hpp"

namespace satchel {

class ManualClock final : public Clock {
 public:
  /// 2026-11-24T12:00:00Z unless told.
  explicit ManualClock(Time start = from_millis(1'795'521'600'000)) : millis_(to_millis(start)) {}
  Time now() const override { return from_millis(millis_.load()); }
  /// Moves the clock to `time` where that lies ahead, and returns at once.
  void sleep_until(Time time) override;
  void advance(Duration by) { millis_ += by.count(); }
  /// Also backwards.
  void set(Time time) { millis_ = to_millis(time); }

 private:
  std::atomic<std::int64_t> millis_;
};

}  // namespace satchel
