// SPDX-License-Identifier: Apache-2.0
#include "satchel/base/pool.hpp"

#include <gtest/gtest.h>

#include <atomic>
#include <latch>
#include <memory>

namespace satchel {
namespace {

bool give(Pool& pool, Pool::Job job) { return pool.submit(job); }

TEST(Pool, RunsEverythingItTook) {
  std::atomic<int> ran = 0;
  {
    Pool pool({.threads = 4, .queue = 1000});
    for (int i = 0; i < 500; ++i) ASSERT_TRUE(give(pool, [&] { ++ran; }));
  }
  EXPECT_EQ(ran, 500);
}

TEST(Pool, StartsNoThreadWithoutWorkAndNoMoreThanItMay) {
  Pool pool({.threads = 2, .queue = 10});
  EXPECT_EQ(pool.counters().threads, 0U);
  std::latch hold(1), began(2);
  for (int i = 0; i < 6; ++i) {
    ASSERT_TRUE(give(pool, [&, i] {
      if (i < 2) began.count_down();
      hold.wait();
    }));
  }
  began.wait();
  EXPECT_EQ(pool.counters().threads, 2U);
  EXPECT_EQ(pool.counters().queued, 4U);
  hold.count_down();
}

TEST(Pool, RefusesAtOnceWhenTheQueueIsFullAndLeavesTheJobWithItsOwner) {
  Pool pool({.threads = 1, .queue = 2});
  std::latch hold(1), began(1);
  ASSERT_TRUE(give(pool, [&] { began.count_down(), hold.wait(); }));
  began.wait();
  EXPECT_TRUE(give(pool, [] {}));
  EXPECT_TRUE(give(pool, [] {}));
  auto owned = std::make_unique<int>(7);
  int seen = 0;
  Pool::Job job = [owned = std::move(owned), &seen] { seen = *owned; };
  EXPECT_FALSE(pool.submit(job));
  job();
  EXPECT_EQ(seen, 7);
  hold.count_down();
}

}  // namespace
}  // namespace satchel
