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

namespace satchel::objects {

class Workers {
 public:
  using Job = std::move_only_function<void()>;

  explicit Workers(int threads);
  /// Runs what was posted, then ends the threads.
  ~Workers();
  /// Any thread; never blocks. A job must not throw.
  void post(Job job);

 private:
  void run(std::stop_token stop);

  std::mutex mutex_;
  std::condition_variable_any more_;
  std::deque<Job> jobs_;
  std::vector<std::jthread> threads_;
};

}  // namespace satchel::objects
