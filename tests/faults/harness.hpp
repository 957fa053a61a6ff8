// SPDX-License-Identifier: Apache-2.0
// Runs a scenario without faults to learn its calls and events, then once for every call and kind of fault, and with every event twice,
// at once and late. After each run: restart, the client asks again, events are delivered, a day passes, and the invariants must hold.
#pragma once

#include "tests/faults/scenario.hpp"

namespace satchel {

struct Report {
  std::size_t runs = 0;
  std::size_t calls = 0;                 // of the fault-free run
  std::vector<std::string> complaints;   // each with the run it is about; at most twenty
};

Report play(const Scenario& scenario);

/// The scenario on tables that are unkind in every way the port permits, `seeds` times.
Report play_unkindly(const Scenario& scenario, std::uint64_t seeds);

/// Two faults in one run: at a call of the first try, and at one of the recovery; about `most` pairs, spread over all.
Report play_twice(const Scenario& scenario, std::size_t most);

}  // namespace satchel
