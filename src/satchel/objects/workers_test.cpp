// SPDX-License-Identifier: Apache-2.0
#include "satchel/objects/workers.hpp"

#include <gtest/gtest.h>

#include <future>
#include <new>

namespace satchel::objects {
namespace {

TEST(Workers, GoOnAfterAJobThatThrew) {
  const std::unique_ptr<Logger> log = null_logger();
  Workers workers(1, *log);
  std::promise<void> done;
  workers.post([] { throw std::bad_alloc(); });
  workers.post([&done] { done.set_value(); });
  EXPECT_EQ(done.get_future().wait_for(std::chrono::seconds{20}), std::future_status::ready);
}

}  // namespace
}  // namespace satchel::objects
