// SPDX-License-Identifier: Apache-2.0
// The power is cut before every sync of the object store, and of its database, in two ways each: everything unsynced is lost, or
// some of it. What was acknowledged must be there, nothing half.
#include <gtest/gtest.h>

#include <iostream>

#include "tests/powercut/store_scenario.hpp"

namespace satchel::powercut {
namespace {

void report(const Cuts& cuts) {
  std::cout << "cuts: " << cuts.count() << " (before syncs of data " << cuts.count(SyncKind::data) << ", directory " << cuts.count(SyncKind::directory)
            << ", log " << cuts.count(SyncKind::log) << ", other " << cuts.count(SyncKind::other) << ")\n";
  testing::Test::RecordProperty("cuts", cuts.count());
}

TEST(ObjectStorePowerCut, LosesNothingAcknowledgedAndShowsNothingHalf) {
  for (const std::uint64_t seed : {1, 2}) {
    StoreScenario scenario(seed, {});
    scenario.run(/*random_steps=*/30);
    EXPECT_EQ(scenario.cuts().violation(), "") << "seed " << seed;
    EXPECT_GT(scenario.cuts().count(SyncKind::data), 0);
    EXPECT_GT(scenario.cuts().count(SyncKind::directory), 0);
    EXPECT_GT(scenario.cuts().count(SyncKind::log), 0);
    report(scenario.cuts());
  }
}

TEST(ObjectStorePowerCut, LosesNothingOfManyWritersThatShareSyncs) {
  StoreScenario scenario(3, {});
  scenario.run_concurrent(/*writers=*/4, /*objects_each=*/6);
  EXPECT_EQ(scenario.cuts().violation(), "");
  report(scenario.cuts());
}

void expect_noticed(SyncKind missing) {
  StoreScenario scenario(1, {missing});
  scenario.run(/*random_steps=*/10);
  EXPECT_NE(scenario.cuts().violation(), "") << "a store without its sync of the " << to_string(missing) << " passed";
  std::cout << scenario.cuts().violation() << "\n";
}

TEST(ObjectStorePowerCut, TheHarnessNoticesAMissingSyncOfTheData) { expect_noticed(SyncKind::data); }
TEST(ObjectStorePowerCut, TheHarnessNoticesAMissingSyncOfTheDirectory) { expect_noticed(SyncKind::directory); }
TEST(ObjectStorePowerCut, TheHarnessNoticesAMissingSyncOfTheLog) { expect_noticed(SyncKind::log); }

}  // namespace
}  // namespace satchel::powercut
