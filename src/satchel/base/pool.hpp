// SPDX-License-Identifier: Apache-2.0
// Threads for blocking work behind a bounded queue. A thread starts when there is work and none is idle, so a quiet process has
// few; a full queue refuses at once rather than let callers wait for nothing. Any thread may call submit().
#pragma once

#include <condition_variable>
#include <cstddef>
#include <deque>
#include <functional>
#include <mutex>
#include <thread>
#include <vector>

namespace satchel {

struct PoolOptions {
  std::size_t threads = 0;  // at most; 0: the larger of 32 and 8 a core
  std::size_t queue = 1024;
};

class Pool {
 public:
  using Job = std::move_only_function<void()>;

  explicit Pool(const PoolOptions& options = {});
  /// Runs what is queued, then ends the threads.
  ~Pool();
  Pool(const Pool&) = delete;
  Pool& operator=(const Pool&) = delete;

  /// False where the queue is full; the job was not taken then and is destroyed by the caller. A job does not throw.
  bool submit(Job& job);

  struct Counters {
    std::size_t threads, idle, queued;
  };
  Counters counters() const;

 private:
  void work();

  const std::size_t most_threads_, most_queued_;
  mutable std::mutex mutex_;
  std::condition_variable wake_;
  std::deque<Job> queue_;
  std::size_t idle_ = 0;
  bool stopping_ = false;
  std::vector<std::jthread> threads_;
};

}  // namespace satchel
