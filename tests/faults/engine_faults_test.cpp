// SPDX-License-Identifier: Apache-2.0
// The scenarios over the DynamoDB and S3 adapters, a sample of their faults each: on Satchel's own endpoints, or on the engine that SATCHEL_DYNAMODB and
// SATCHEL_S3 name. SATCHEL_T1_RUNS says how many runs of a scenario (0: all), SATCHEL_T1_SEED which. The seed is printed.
#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdio>
#include <cstdlib>

#include "satchel/base/random.hpp"
#include "tests/contract/engines.hpp"
#include "tests/faults/own_stage.hpp"

namespace satchel {
namespace {

std::uint64_t number_in(const char* variable, std::uint64_t otherwise) {
  const char* value = std::getenv(variable);
  return value ? std::strtoull(value, nullptr, 10) : otherwise;
}

const Sample& sample() {
  static const Sample chosen{.seed = number_in("SATCHEL_T1_SEED", random_below(*system_random(), 1'000'000)), .most = number_in("SATCHEL_T1_RUNS", 1)};
  return chosen;
}

std::vector<Scenario> all_scenarios() {
  std::vector<Scenario> all;
  for (const auto& family : {file_scenarios(), link_scenarios(), trash_scenarios(), upload_scenarios()}) all.insert(all.end(), family.begin(), family.end());
  return all;
}

Stage stage() {
  const auto tables = contract::engines_in("SATCHEL_DYNAMODB"), stores = contract::engines_in("SATCHEL_S3");
  if (tables.empty() || stores.empty()) return stage_on_own_endpoints();
  return stage_on_engines(tables.front().second, stores.front().second);
}

class FaultyEngine : public testing::TestWithParam<Scenario> {};
INSTANTIATE_TEST_SUITE_P(Scenarios, FaultyEngine, testing::ValuesIn(all_scenarios()), [](const auto& scenario) { return scenario.param.name; });

TEST_P(FaultyEngine, ComesToTheRightEnd) {
  const Report report = play_on(stage(), GetParam(), sample());
  EXPECT_GT(report.calls, 0U);
  EXPECT_THAT(report.complaints, testing::IsEmpty());
  RecordProperty("note", fmt::format("{}: {} runs, {} requests without faults, seed {}", GetParam().name, report.runs, report.calls, sample().seed));
  std::fputs(fmt::format("{}: {} runs, seed {}\n", GetParam().name, report.runs, sample().seed).c_str(), stdout);
}

}  // namespace
}  // namespace satchel
