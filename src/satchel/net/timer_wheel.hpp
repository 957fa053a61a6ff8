// SPDX-License-Identifier: Apache-2.0
// Deadlines of thousands of connections for next to nothing: moving one later is a store, the slot is looked at once it is due.
// Coarse: a deadline is noticed up to one tick late. One thread. The caller brings the time, in milliseconds of any steady clock.
#pragma once

#include <array>
#include <cstdint>

namespace satchel::net {

class TimerWheel {
 public:
  static constexpr std::int64_t kTick = 50;

  /// Base of whatever has a deadline. Leaves its wheel when it is destroyed; the wheel must be there then, or be left before.
  class Timer {
   public:
    Timer() = default;
    Timer(const Timer&) = delete;
    Timer& operator=(const Timer&) = delete;

   protected:
    virtual ~Timer() { unlink(); }
    /// The deadline has passed; it is no longer set.
    virtual void expired() = 0;

   private:
    friend class TimerWheel;
    void unlink();

    Timer* previous_ = nullptr;
    Timer* next_ = nullptr;
    std::int64_t deadline_ = 0;  // 0: none
    std::int64_t slot_time_ = 0;
    TimerWheel* wheel_ = nullptr;  // where it is linked
  };

  explicit TimerWheel(std::int64_t now) : now_(now) {}

  void set(Timer& timer, std::int64_t deadline);
  void clear(Timer& timer) { timer.deadline_ = 0; }
  /// The timer may outlive the wheel from here on.
  void remove(Timer& timer) { timer.unlink(); }
  /// Calls expired() of each whose deadline is at or before `now`.
  void advance(std::int64_t now);
  bool empty() const { return count_ == 0; }

 private:
  static constexpr std::size_t kSlots = 2048;  // 102 s; what is later comes round again
  void link(Timer& timer, std::int64_t time);
  void run_slot(std::size_t slot);

  std::array<Timer*, kSlots> slots_{};
  std::int64_t now_;
  std::size_t count_ = 0;
};

}  // namespace satchel::net
