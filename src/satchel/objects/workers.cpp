// SPDX-License-Identifier: Apache-2.0
#include "satchel/objects/workers.hpp"

#include <exception>
#include <utility>

namespace satchel::objects {

Workers::Workers(int threads, Logger& log) : log_(&log) {
  for (int i = 0; i < threads; ++i) {
    threads_.emplace_back([this](std::stop_token stop) { run(std::move(stop)); });
  }
}

Workers::~Workers() {
  for (std::jthread& thread : threads_) thread.request_stop();
  threads_.clear();
}

void Workers::post(Job job) {
  {
    const std::scoped_lock lock(mutex_);
    jobs_.push_back(std::move(job));
  }
  more_.notify_one();
}

void Workers::run(std::stop_token stop) {
  std::unique_lock lock(mutex_);
  for (;;) {
    more_.wait(lock, stop, [this] { return !jobs_.empty(); });
    if (jobs_.empty()) return;
    Job job = std::move(jobs_.front());
    jobs_.pop_front();
    lock.unlock();
    try {
      job();
    } catch (const std::exception& error) {
      log_->error("objects.job_failed", {{"detail", std::string_view(error.what())}});
    }
    job = nullptr;  // what it holds may post again when it goes
    lock.lock();
  }
}

}  // namespace satchel::objects
