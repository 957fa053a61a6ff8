// SPDX-License-Identifier: Apache-2.0
#include "satchel/base/pool.hpp"

#include <algorithm>
#include <system_error>

namespace satchel {
namespace {

std::size_t default_threads() { return std::max<std::size_t>(32, 8 * std::size_t{std::thread::hardware_concurrency()}); }

}  // namespace

Pool::Pool(const PoolOptions& options)
    : most_threads_(options.threads ? options.threads : default_threads()), most_queued_(options.queue) {}

Pool::~Pool() {
  {
    const std::scoped_lock lock(mutex_);
    stopping_ = true;
  }
  wake_.notify_all();
  threads_.clear();
}

bool Pool::submit(Job& job) {
  const std::scoped_lock lock(mutex_);
  if (stopping_ || queue_.size() >= most_queued_) return false;
  queue_.push_back(std::move(job));
  if (queue_.size() > idle_ && threads_.size() < most_threads_) {
    try {
      threads_.emplace_back([this] { work(); });
    } catch (const std::system_error&) {
      // No thread to be had now: those that run will come to it; without any, the caller is told.
      if (threads_.empty()) {
        job = std::move(queue_.back());
        queue_.pop_back();
        return false;
      }
    }
  }
  wake_.notify_one();
  return true;
}

Pool::Counters Pool::counters() const {
  const std::scoped_lock lock(mutex_);
  return {threads_.size(), idle_, queue_.size()};
}

void Pool::work() {
  std::unique_lock lock(mutex_);
  while (true) {
    ++idle_;
    wake_.wait(lock, [this] { return stopping_ || !queue_.empty(); });
    --idle_;
    if (queue_.empty()) return;
    {
      Job job = std::move(queue_.front());
      queue_.pop_front();
      lock.unlock();
      job();
    }
    lock.lock();
  }
}

}  // namespace satchel
