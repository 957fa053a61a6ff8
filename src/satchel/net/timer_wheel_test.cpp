// SPDX-License-Identifier: Apache-2.0
#include "satchel/net/timer_wheel.hpp"

#include <gtest/gtest.h>

#include <functional>
#include <memory>
#include <vector>

namespace satchel::net {
namespace {

struct Probe final : TimerWheel::Timer {
  void expired() override {
    ++count;
    if (then) then();
  }
  int count = 0;
  std::function<void()> then;
};

constexpr std::int64_t kStart = 1'000'000;

TEST(TimerWheel, FiresOnceAfterTheDeadlineAndWithinATick) {
  for (const std::int64_t wait : {1, 49, 50, 51, 1'000, 30'000, 102'350, 102'400, 500'000}) {
    TimerWheel wheel(kStart);
    Probe probe;
    wheel.set(probe, kStart + wait);
    for (std::int64_t now = kStart; now < kStart + wait; now += TimerWheel::kTick) wheel.advance(now);
    EXPECT_EQ(probe.count, 0) << wait;
    wheel.advance(kStart + wait + TimerWheel::kTick);
    wheel.advance(kStart + wait + 2 * TimerWheel::kTick);
    EXPECT_EQ(probe.count, 1) << wait;
    EXPECT_TRUE(wheel.empty());
  }
}

TEST(TimerWheel, MovesDeadlinesBothWays) {
  TimerWheel wheel(kStart);
  Probe later, sooner, never;
  wheel.set(later, kStart + 200);
  wheel.set(later, kStart + 1'000);
  wheel.set(sooner, kStart + 1'000);
  wheel.set(sooner, kStart + 200);
  wheel.set(never, kStart + 200);
  wheel.clear(never);
  wheel.advance(kStart + 300);
  EXPECT_EQ(later.count, 0);
  EXPECT_EQ(sooner.count, 1);
  wheel.advance(kStart + 1'100);
  EXPECT_EQ(later.count, 1);
  EXPECT_EQ(never.count, 0);
}

TEST(TimerWheel, SurvivesAJumpOfTheClock) {
  TimerWheel wheel(kStart);
  Probe probe;
  wheel.set(probe, kStart + 5'000);
  wheel.advance(kStart + 10'000'000);
  EXPECT_EQ(probe.count, 1);
}

TEST(TimerWheel, LetsWhatExpiresDestroyAndMoveItsNeighbours) {
  TimerWheel wheel(kStart);
  std::vector<std::unique_ptr<Probe>> probes;
  for (int i = 0; i < 5; ++i) probes.push_back(std::make_unique<Probe>());
  for (const auto& probe : probes) wheel.set(*probe, kStart + 100);
  Probe moved;
  wheel.set(moved, kStart + 100);
  moved.then = [&] {
    probes.clear();
    wheel.set(moved, kStart + 1'000);
    moved.then = {};
  };
  wheel.advance(kStart + 200);
  EXPECT_EQ(moved.count, 1);
  wheel.advance(kStart + 1'100);
  EXPECT_EQ(moved.count, 2);
  EXPECT_TRUE(wheel.empty());
}

}  // namespace
}  // namespace satchel::net
