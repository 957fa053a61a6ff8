// SPDX-License-Identifier: Apache-2.0
// What the credential of a deployment group may do; that functions run in processes, tests/e2e/test_function_processes.py shows.
#include "apps/satchel/function_processes.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "satchel/functions/registry.hpp"
#include "satchel/identity/registry.hpp"

namespace satchel {
namespace {

using testing::Contains;
using testing::IsEmpty;
using testing::Not;

std::vector<Row> rows() {
  std::vector<Row> all = function_rows();
  for (Row& row : identity_rows()) all.push_back(std::move(row));
  return all;
}

TEST(FunctionProcesses, GiveAGroupWhatItsRowsName) {
  const auto uploads = rights_of(rows(), "uploads");
  EXPECT_TRUE(uploads.reads);
  EXPECT_THAT(uploads.writes, Contains(Family::upload));
  EXPECT_THAT(uploads.writes, Not(Contains(Family::link)));
  EXPECT_THAT(uploads.writes, Not(Contains(Family::user)));
  EXPECT_FALSE(uploads.writes_all);
  EXPECT_THAT(rights_of(rows(), "downloads").writes, IsEmpty());
  EXPECT_THAT(rights_of(rows(), "people").writes, Contains(Family::user)) << "the directory's people are in the table";
}

TEST(FunctionProcesses, GiveAGroupThatIsNoneNothing) {
  const auto nobody = rights_of(rows(), "nobody");
  EXPECT_FALSE(nobody.reads);
  EXPECT_THAT(nobody.writes, IsEmpty());
}

TEST(FunctionProcesses, HaveASecretAGroupThatFollowsFromTheirKey) {
  const std::string key(32, 'k'), other(32, 'o');
  const auto secret = group_secret(key, "satchel-functions-uploads");
  ASSERT_TRUE(secret);
  EXPECT_EQ(secret, group_secret(key, "satchel-functions-uploads"));
  EXPECT_NE(secret, group_secret(key, "satchel-functions-links"));
  EXPECT_NE(secret, group_secret(other, "satchel-functions-uploads"));
  EXPECT_FALSE(group_secret(key, "satchel"));
  EXPECT_FALSE(group_secret("", "satchel-functions-uploads"));
}

}  // namespace
}  // namespace satchel
