// SPDX-License-Identifier: Apache-2.0
#include "satchel/net/buffer_pool.hpp"

#include <gtest/gtest.h>

#include <cstdint>
#include <string>

namespace satchel::net {
namespace {

TEST(BufferPool, LendsNoMoreThanItsBudget) {
  const auto pool = std::make_shared<BufferPool>(64 * 1024, 128 * 1024);
  auto first = pool->try_take();
  auto second = pool->try_take();
  EXPECT_TRUE(first && second);
  EXPECT_EQ(reinterpret_cast<std::uintptr_t>(first.memory()) % 4096, 0U);
  EXPECT_FALSE(pool->try_take());
  first = {};
  EXPECT_EQ(pool->in_use(), 1U);
  EXPECT_TRUE(pool->try_take());
}

TEST(BufferPool, HasOneBufferHoweverSmallTheBudget) {
  const auto pool = std::make_shared<BufferPool>(64 * 1024, 1);
  EXPECT_TRUE(pool->try_take());
}

TEST(BufferPool, ServesWhoHoldsNoneFirstAndEachGroupInOrder) {
  const auto pool = std::make_shared<BufferPool>(4096, 4096);
  auto only = pool->try_take();
  std::string order;
  BufferPool::Loan kept;
  const auto waiter = [&](char name) {
    return [&order, &kept, name](BufferPool::Loan loan) {
      order += name;
      kept = std::move(loan);
    };
  };
  pool->wait(/*holds_some=*/true, waiter('x'));
  pool->wait(/*holds_some=*/false, waiter('a'));
  pool->wait(/*holds_some=*/false, waiter('b'));
  const auto gone = pool->wait(/*holds_some=*/false, waiter('c'));
  pool->cancel(gone);
  EXPECT_FALSE(pool->try_take());
  only = {};
  for (int i = 0; i < 4; ++i) auto back = std::move(kept);
  EXPECT_EQ(order, "abx");
  EXPECT_EQ(pool->in_use(), 0U);
}

TEST(BufferPool, MayBeOutlivedByALoan) {
  auto pool = std::make_shared<BufferPool>(4096, 4096);
  auto loan = pool->try_take();
  pool.reset();
  loan.memory()[0] = std::byte{1};
}

}  // namespace
}  // namespace satchel::net
