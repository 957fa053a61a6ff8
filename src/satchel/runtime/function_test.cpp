// SPDX-License-Identifier: Apache-2.0
#include "satchel/runtime/function.hpp"

#include <gtest/gtest.h>

namespace satchel {
namespace {

TEST(Problem, ShowsTheMessageAndKeepsTheDetail) {
  const Response response = problem({ErrorCode::unavailable, "Try again.", "host 10.0.0.1", ""}, "r1", {{"missing", 5}});
  EXPECT_EQ(response.status, 503);
  EXPECT_EQ(response.body,
            R"({"type":"unavailable","title":"Not available right now","status":503,"detail":"Try again.","request_id":"r1","missing":5})");
  EXPECT_EQ(response.headers.back().first, "retry-after");
}

}  // namespace
}  // namespace satchel
