// SPDX-License-Identifier: Apache-2.0
// Every scenario with every fault. The count of runs is printed at the end.
#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdio>

#include "tests/faults/harness.hpp"

namespace satchel {
namespace {

std::vector<Scenario> all_scenarios() {
  std::vector<Scenario> all;
  for (const auto& family : {file_scenarios(), link_scenarios(), trash_scenarios(), upload_scenarios()}) all.insert(all.end(), family.begin(), family.end());
  return all;
}

/// Sums up over all tests of the binary.
class Sum : public testing::Environment {
 public:
  void TearDown() override { std::fputs(fmt::format("T1: {} runs of {} scenarios\n", runs, scenarios).c_str(), stdout); }
  std::size_t runs = 0, scenarios = 0;
};
Sum& sum() {
  static auto* const environment = static_cast<Sum*>(testing::AddGlobalTestEnvironment(new Sum));  // GoogleTest owns it
  return *environment;
}
const Sum& registered = sum();

class Faulty : public testing::TestWithParam<Scenario> {
 protected:
  void check(const Report& report) {
    sum().runs += report.runs;
    RecordProperty("runs", static_cast<int>(report.runs));
    EXPECT_THAT(report.complaints, testing::IsEmpty());
  }
};
INSTANTIATE_TEST_SUITE_P(Scenarios, Faulty, testing::ValuesIn(all_scenarios()),
                         [](const auto& scenario) { return scenario.param.name; });

TEST_P(Faulty, EveryFaultAtEveryCallAndEveryEventTwice) {
  ++sum().scenarios;
  const Report report = play(GetParam());
  EXPECT_GT(report.calls, 0U);
  check(report);
}

TEST_P(Faulty, UnkindTables) { check(play_unkindly(GetParam(), 10)); }

TEST_P(Faulty, AFaultInTheRecovery) { check(play_twice(GetParam(), 40)); }

}  // namespace
}  // namespace satchel
