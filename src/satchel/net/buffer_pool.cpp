// SPDX-License-Identifier: Apache-2.0
#include "satchel/net/buffer_pool.hpp"

#include <algorithm>
#include <new>

namespace satchel::net {

constexpr std::align_val_t kPage{4096};

struct BufferPool::Waiter {
  bool holds_some;
  Callback callback;
};

BufferPool::BufferPool(std::size_t buffer_size, std::size_t budget)
    : buffer_size_((std::max<std::size_t>(buffer_size, 1) + 4095) / 4096 * 4096), most_(std::max<std::size_t>(budget / buffer_size_, 1)) {}

BufferPool::~BufferPool() {
  for (std::byte* memory : free_) ::operator delete(memory, kPage);
}

std::byte* BufferPool::take_locked() {
  if (free_.empty() && made_ == most_) return nullptr;
  in_use_.fetch_add(1, std::memory_order_relaxed);
  if (free_.empty()) {
    ++made_;
    return static_cast<std::byte*>(::operator new(buffer_size_, kPage));
  }
  std::byte* memory = free_.back();
  free_.pop_back();
  return memory;
}

BufferPool::Loan BufferPool::try_take() {
  const std::scoped_lock lock(mutex_);
  if (!waiting_[false].empty() || !waiting_[true].empty()) return {};
  std::byte* memory = take_locked();
  return memory ? Loan(shared_from_this(), memory) : Loan();
}

std::shared_ptr<BufferPool::Waiter> BufferPool::wait(bool holds_some, Callback callback) {
  // Shared between its owner, who may cancel, and the queue.
  auto waiter = std::make_shared<Waiter>(Waiter{holds_some, std::move(callback)});
  Loan loan;
  {
    const std::scoped_lock lock(mutex_);
    std::byte* memory = take_locked();
    if (!memory) {
      waiting_[holds_some].push_back(waiter);
      return waiter;
    }
    loan = Loan(shared_from_this(), memory);
  }
  waiter->callback(std::move(loan));
  return waiter;
}

void BufferPool::cancel(const std::shared_ptr<Waiter>& waiter) {
  const std::scoped_lock lock(mutex_);
  waiting_[waiter->holds_some].remove(waiter);
}

void BufferPool::give_back(std::byte* memory) {
  std::shared_ptr<Waiter> next;
  {
    const std::scoped_lock lock(mutex_);
    auto& queue = waiting_[waiting_[false].empty()];
    if (queue.empty()) {
      free_.push_back(memory);
      in_use_.fetch_sub(1, std::memory_order_relaxed);
      return;
    }
    next = std::move(queue.front());
    queue.pop_front();
  }
  next->callback(Loan(shared_from_this(), memory));
}

}  // namespace satchel::net
