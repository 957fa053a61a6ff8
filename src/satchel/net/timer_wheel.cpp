// SPDX-License-Identifier: Apache-2.0
#include "satchel/net/timer_wheel.hpp"

#include <algorithm>
#include <cstddef>

namespace satchel::net {

void TimerWheel::Timer::unlink() {
  if (!wheel_) return;
  if (previous_) {
    previous_->next_ = next_;
  } else {
    wheel_->slots_[static_cast<std::size_t>(slot_time_ / kTick) % kSlots] = next_;
  }
  if (next_) next_->previous_ = previous_;
  previous_ = next_ = nullptr;
  --wheel_->count_;
  wheel_ = nullptr;
}

void TimerWheel::link(Timer& timer, std::int64_t time) {
  // Never into the slot that is being run, nor further than once round.
  timer.slot_time_ = std::clamp(time, now_ + kTick, now_ + kTick * static_cast<std::int64_t>(kSlots - 1));
  Timer*& first = slots_[static_cast<std::size_t>(timer.slot_time_ / kTick) % kSlots];
  timer.previous_ = nullptr;
  timer.next_ = first;
  if (first) first->previous_ = &timer;
  first = &timer;
  timer.wheel_ = this;
  ++count_;
}

void TimerWheel::set(Timer& timer, std::int64_t deadline) {
  timer.deadline_ = deadline;
  if (timer.wheel_ && timer.slot_time_ <= deadline) return;
  timer.unlink();
  link(timer, deadline);
}

void TimerWheel::run_slot(std::size_t slot) {
  Timer* due = slots_[slot];
  slots_[slot] = nullptr;
  while (due) {
    Timer& timer = *due;
    due = timer.next_;
    if (due) due->previous_ = nullptr;
    timer.previous_ = timer.next_ = nullptr;
    timer.wheel_ = nullptr;
    --count_;
    if (timer.deadline_ == 0) continue;
    if (timer.deadline_ > now_) {
      link(timer, timer.deadline_);
      continue;
    }
    timer.deadline_ = 0;
    // The rest goes back first: what expires may destroy or move any other.
    slots_[slot] = due;
    timer.expired();
    due = slots_[slot];
    slots_[slot] = nullptr;
  }
}

void TimerWheel::advance(std::int64_t now) {
  const std::int64_t end = now / kTick;
  std::int64_t tick = std::max(now_ / kTick + 1, end - static_cast<std::int64_t>(kSlots) + 1);
  for (; tick <= end; ++tick) {
    now_ = tick == end ? now : tick * kTick;
    run_slot(static_cast<std::size_t>(tick) % kSlots);
  }
}

}  // namespace satchel::net
