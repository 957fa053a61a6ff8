// SPDX-License-Identifier: Apache-2.0
// Starts the functions of the clock (rows with a period). When each is due next lies in the table, so that several processes share
// them and a restart does not start them anew. One thread at a time calls run(). A function that is cut short runs again a
// period later.
#pragma once

#include <stop_token>
#include <string>
#include <vector>

#include "satchel/base/clock.hpp"
#include "satchel/base/log.hpp"
#include "satchel/base/random.hpp"
#include "satchel/ports/table.hpp"
#include "satchel/runtime/registry.hpp"

namespace satchel {

class Schedules {
 public:
  Schedules(const Registry& registry, Table& table, Clock& clock, Random& random, Logger& logger);

  /// Runs what is due; how many functions. One that fails is logged and does not keep the others. Errors: of the table.
  Result<int> run(const Call& call, const std::stop_token& stop = {});

 private:
  struct Job {
    const Bound* bound;
    Duration period;
    Time next{};  // as far as this process knows; the table decides
  };
  Result<bool> claim(const Call& call, Job& job);

  Table* table_;
  Clock* clock_;
  Random* random_;
  Logger* logger_;
  std::vector<Job> jobs_;
};

}  // namespace satchel
