// SPDX-License-Identifier: Apache-2.0
// A local Lambda host: speaks the Runtime API to real `bootstrap` processes, starts them when there is work, and ends them. What fails in
// one of them fails its invocation and nothing else. Any thread may call.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "satchel/lambda_host/fleet.hpp"

namespace satchel::lambda_host {

struct HostOptions {
  std::string bootstrap;  // path of the program
  std::string folder;     // LAMBDA_TASK_ROOT, where it runs
  /// Of a group's processes, "NAME=value", beside what Lambda sets itself (_HANDLER, AWS_LAMBDA_*, LAMBDA_TASK_ROOT, AWS_REGION).
  std::function<std::vector<std::string>(const std::string& group)> environment;
  FleetOptions fleet;
};

class Host {
 public:
  /// Starts no process yet. All outlive it. Errors: invalid (there is no such program, or it may not be run), unavailable (no port).
  static Result<std::unique_ptr<Host>> start(HostOptions options, Clock& clock, Random& random, Logger& logger);
  virtual ~Host() = default;

  virtual Fleet& fleet() = 0;
  /// Takes no more, lets invocations end until `deadline`, then kills all processes and waits for their end. Idempotent.
  virtual void stop(Time deadline) = 0;
};

}  // namespace satchel::lambda_host
