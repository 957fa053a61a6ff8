// SPDX-License-Identifier: Apache-2.0
// Runs a scenario without faults to learn its calls and events, then once for every call and kind of fault, and with every event twice,
// at once and late. After each run: restart, the client asks again, events are delivered, a day passes, and the invariants must hold.
#pragma once

#include <functional>
#include <memory>

#include "tests/faults/scenario.hpp"
#include "tests/support/fault_proxy.hpp"

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

/// Adapters over engines, behind proxies. Its runs are many and slow, so that they are sampled.
struct Stage {
  std::function<BackEnd::Options()> options;  // of a fresh back-end
  std::shared_ptr<Wire> wire;
};
struct Sample {
  std::uint64_t seed = 1;
  std::size_t most = 0;  // runs of one scenario; 0: all of them
};

/// The scenario with every fault of the network and the service at every request of the adapters, once and until the adapter gives up; with a
/// crash around every call of a port; and with every event twice, late, and in the reverse order.
Report play_on(const Stage& stage, const Scenario& scenario, const Sample& sample);

}  // namespace satchel
