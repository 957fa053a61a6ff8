// SPDX-License-Identifier: Apache-2.0
#include "satchel/base/clock.hpp"

#include <thread>

namespace satchel {
namespace {

class SystemClock final : public Clock {
 public:
  Time now() const override {
    return std::chrono::floor<Duration>(std::chrono::system_clock::now());
  }
  void sleep_until(Time time) override {
    // A span, not a date: a clock that is set back must not keep us waiting.
    std::this_thread::sleep_for(time - now());
  }
};

}  // namespace

std::unique_ptr<Clock> system_clock() { return std::make_unique<SystemClock>(); }

}  // namespace satchel
