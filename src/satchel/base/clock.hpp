// SPDX-License-Identifier: Apache-2.0
// Where time comes from. Everything that waits or judges a date asks a Clock, so tests need not sleep.
#pragma once

#include <memory>

#include "satchel/base/time.hpp"

namespace satchel {

/// Any thread may call.
class Clock {
 public:
  virtual ~Clock() = default;
  virtual Time now() const = 0;
  /// Returns at or after `time`; a test clock moves itself there instead of waiting.
  virtual void sleep_until(Time time) = 0;
};

/// The machine's clock.
std::unique_ptr<Clock> system_clock();

}  // namespace satchel
