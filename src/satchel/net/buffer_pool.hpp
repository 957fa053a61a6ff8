// SPDX-License-Identifier: Apache-2.0
// The one budget of memory for bodies on their way in: a fixed number of page-aligned buffers, lent and given back.
// Who waits is served in order, those that hold no buffer before those that do: so a body that holds none always gets one as soon
// as one is back, as long as whoever holds some goes on without more. Any thread.
#pragma once

#include <atomic>
#include <cstddef>
#include <functional>
#include <list>
#include <memory>
#include <mutex>
#include <utility>
#include <vector>

namespace satchel::net {

class BufferPool : public std::enable_shared_from_this<BufferPool> {
 public:
  /// Memory that goes back to its pool unless it is taken out.
  class Loan {
   public:
    Loan() = default;
    Loan(Loan&& other) noexcept : pool_(std::move(other.pool_)), memory_(std::exchange(other.memory_, nullptr)) {}
    Loan& operator=(Loan&& other) noexcept {
      std::swap(pool_, other.pool_);
      std::swap(memory_, other.memory_);
      return *this;
    }
    ~Loan() {
      if (memory_) pool_->give_back(memory_);
    }
    explicit operator bool() const { return memory_ != nullptr; }
    std::byte* memory() const { return memory_; }

   private:
    friend class BufferPool;
    Loan(std::shared_ptr<BufferPool> pool, std::byte* memory) : pool_(std::move(pool)), memory_(memory) {}
    std::shared_ptr<BufferPool> pool_;
    std::byte* memory_ = nullptr;
  };
  using Callback = std::move_only_function<void(Loan)>;
  struct Waiter;

  /// At least one buffer, whatever the budget.
  BufferPool(std::size_t buffer_size, std::size_t budget);
  ~BufferPool();

  /// Empty where none is free or others wait longer.
  Loan try_take();
  /// Calls back once, on the thread that gives a buffer back, unless it is cancelled before. `holds_some`: this body has a
  /// buffer already, and waits behind those that have none.
  std::shared_ptr<Waiter> wait(bool holds_some, Callback callback);
  void cancel(const std::shared_ptr<Waiter>& waiter);

  std::size_t buffer_size() const { return buffer_size_; }
  std::size_t in_use() const { return in_use_.load(std::memory_order_relaxed); }

 private:
  void give_back(std::byte* memory);
  std::byte* take_locked();

  const std::size_t buffer_size_;
  const std::size_t most_;
  std::mutex mutex_;
  std::vector<std::byte*> free_;
  std::size_t made_ = 0;
  std::list<std::shared_ptr<Waiter>> waiting_[2];  // by holds_some
  std::atomic<std::size_t> in_use_ = 0;
};

}  // namespace satchel::net
