// SPDX-License-Identifier: Apache-2.0
// The gate that keeps one function from taking every thread: at most Row::concurrency calls of a row at once. Any thread may call.
#pragma once

#include <atomic>
#include <unordered_map>

#include "satchel/base/result.hpp"
#include "satchel/runtime/registry.hpp"

namespace satchel {

class ConcurrencyGate {
 public:
  /// A place among the running calls; given back when it is destroyed.
  class Slot {
   public:
    explicit Slot(std::atomic<int>* running = nullptr) : running_(running) {}
    Slot(Slot&& other) noexcept : running_(std::exchange(other.running_, nullptr)) {}
    Slot& operator=(Slot&&) = delete;
    ~Slot() {
      if (running_) --*running_;
    }

   private:
    std::atomic<int>* running_;  // null: the row has no limit
  };

  /// The registry outlives the gate.
  explicit ConcurrencyGate(const Registry& registry);
  /// Never waits. Error: unavailable, where all places are taken.
  Result<Slot> enter(const Bound& bound);

 private:
  std::unordered_map<const Bound*, std::atomic<int>> running_;
};

}  // namespace satchel
