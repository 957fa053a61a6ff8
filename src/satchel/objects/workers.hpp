// SPDX-License-Identifier: Apache-2.0
// Threads that may wait for the disk, so that event loops need not. Jobs run in the order posted, as many at once as there are
// threads. Whoever posts bounds what waits: the endpoint has at most one job for each request that it admitted.
#pragma once

#include <condition_variable>
#include <deque>
#include <functional>
#include <mutex>
#include <thread>
#include <vector>

#include "satchel/base/log.hpp"

namespace satchel::objects {

class Workers {
 public:
  using Job = std::move_only_function<void()>;

  /// `log` outlives it.
  Workers(int threads, Logger& log);
  /// Runs what was posted, then ends the threads.
  ~Workers();
  /// Any thread; never blocks. A job that throws (memory has run out) is dropped with a line in the log; what it held goes.
  void post(Job job);

 private:
  void run(std::stop_token stop);

  Logger* log_;
  std::mutex mutex_;
  std::condition_variable_any more_;
  std::deque<Job> jobs_;
  std::vector<std::jthread> threads_;
};

}  // namespace satchel::objects
