// SPDX-License-Identifier: Apache-2.0
// Starts the functions that nobody asks for: consumers of events and functions of the clock, in every shape alike. What they throw becomes
// an error. Any thread may call.
#pragma once

#include "satchel/base/clock.hpp"
#include "satchel/runtime/registry.hpp"

namespace satchel {

/// What such a function is given beside its event; all of it outlives the call.
struct StartMeans {
  Clock& clock;
  Random& random;
  Logger& logger;
  Time latest = Time::max();  // the call ends then at the latest, whatever the row allows
};

/// `bound` is a row of an event type. Errors: of the function; internal, where it throws.
Result<void> start_consumer(const Bound& bound, const Event& event, const StartMeans& means);

/// `bound` is a row with a period. What goes wrong is logged as well. Errors as above.
Result<void> start_scheduled(const Bound& bound, const StartMeans& means);

}  // namespace satchel
