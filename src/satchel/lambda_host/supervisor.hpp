// SPDX-License-Identifier: Apache-2.0
// The thread that starts, watches and ends processes: what they write becomes lines of the log, whose end is told to the fleet, and who takes
// too long is killed. It is the parent of them all, so they die with it.
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include "satchel/base/log.hpp"
#include "satchel/lambda_host/fleet.hpp"
#include "satchel/lambda_host/process.hpp"

namespace satchel::lambda_host {

class Supervisor final : public Launcher {
 public:
  /// What a process of the group runs as; `process` is the name by which the Runtime API knows it.
  using Describe = std::function<Program(const std::string& group, const std::string& process)>;

  Supervisor(Describe describe, Clock& clock, Logger& logger);
  ~Supervisor() override;

  /// Before the first launch; the fleet outlives the thread. Error: unavailable (no descriptor).
  Result<void> start(Fleet& fleet);
  /// Kills what lives, waits for its end, and ends the thread. Idempotent.
  void stop();

  void launch(const std::string& group, const std::string& process) override;
  void kill(const std::string& process) override;
  void wake() override;

 private:
  struct Watched;
  struct Wish {
    bool launch;
    std::string group, process;
  };

  void run();
  void wait();
  void fulfil(const Wish& wish);
  void read_output(Watched& watched);
  void reap();
  void log_line(const Watched& watched, std::string_view line);

  Describe describe_;
  Clock* clock_;
  Logger* logger_;
  Fleet* fleet_ = nullptr;
  int bell_ = -1;  // eventfd

  std::mutex mutex_;
  std::vector<Wish> wishes_;
  bool stopping_ = false;

  std::map<std::string, std::unique_ptr<Watched>> watched_;  // of the thread alone
  std::jthread thread_;
};

}  // namespace satchel::lambda_host
