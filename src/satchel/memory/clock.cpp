// SPDX-License-Identifier: Apache-2.0
#include "satchel/memory/clock.hpp"

namespace satchel {

void ManualClock::sleep_until(Time time) {
  std::int64_t now = millis_.load();
  while (now < to_millis(time) && !millis_.compare_exchange_weak(now, to_millis(time))) {
  }
}

}  // namespace satchel
