// SPDX-License-Identifier: Apache-2.0
// The power is cut before every sync of the table's database. Each transaction that was acknowledged must be there, and each
// transaction whole or not at all.
#include <gtest/gtest.h>

#include <iostream>
#include <random>

#include "satchel/embedded/table.hpp"
#include "satchel/memory/clock.hpp"
#include "tests/powercut/cuts.hpp"
#include "tests/powercut/disk_files.hpp"

namespace satchel::powercut {
namespace {

struct TableOnDisk {
  explicit TableOnDisk(std::shared_ptr<Disk> disk) : files(database_files(std::move(disk))) {}
  std::string open() {
    table.reset();
    auto opened = open_rocksdb_table({.folder = "/data/table", .file_system = files}, clock, *log);
    if (!opened) return opened.error().message + opened.error().detail;
    table = std::move(*opened);
    return {};
  }
  Call call() const { return {clock.now(), clock.now() + std::chrono::hours{1}}; }
  Result<WriteOutcome> write(const Transaction& transaction) { return table->write(call(), transaction); }

  ManualClock clock;
  std::unique_ptr<Logger> log = null_logger();
  std::shared_ptr<rocksdb::FileSystem> files;
  std::unique_ptr<Table> table;
};

/// One ledger entry is two items that are only ever written together: under "p" and, the twin, under "q".
Result<State> observe(TableOnDisk& ground, const std::string& name) {
  const auto item = TRY(ground.table->get(ground.call(), {"p", name})), twin = TRY(ground.table->get(ground.call(), {"q", name}));
  if (item.has_value() != twin.has_value() || (item && item->text("v") != twin->text("v"))) return fail(ErrorCode::internal, "half a transaction");
  return item ? State(item->text("v")) : State();
}

std::string judge_table(std::shared_ptr<Disk> left, const Ledger& ledger) {
  TableOnDisk ground(std::move(left));
  if (const std::string why = ground.open(); !why.empty()) return "does not open: " + why;
  std::size_t present = 0;
  for (const auto& [name, entry] : ledger.entries) {
    const auto found = observe(ground, name);
    if (!found) return "item " + name + ": " + found.error().message + found.error().detail;
    if (!entry.allows(*found)) return "item " + name + (*found ? " is another" : " is lost");
    present += found->has_value();
  }
  for (const auto& [index, partition] : {std::pair{Index::base, "p"}, std::pair{Index::gsi1, "M"}}) {
    const auto page = ground.table->query(ground.call(), {.index = index, .partition = partition, .limit = 1000});
    if (!page || page->items.size() != present) return "the items and their index do not agree";
  }
  const auto written = ground.write({Put{{{"p", "new"}, {{"v", "new"}}}, {}}});
  return written ? "" : "takes nothing new: " + written.error().detail;
}

class TableScenario {
 public:
  explicit TableScenario(std::set<SyncKind> ignored) : cuts_(5, std::move(ignored), judge_table), ground_(cuts_.disk()) {}

  void run(int steps) {
    reopen();
    for (int n = 0; n < steps && cuts_.violation().empty() && !testing::Test::HasFatalFailure(); ++n) {
      if (random_() % 12 == 0) reopen();
      else change("i" + std::to_string(random_() % 10), random_() % 4 == 0 ? State() : State(std::string(1 + random_() % 3000, static_cast<char>('a' + n % 26))));
    }
    ground_.table.reset();
    cuts_.judge();
  }
  const Cuts& cuts() const { return cuts_; }

 private:
  void reopen() {
    ASSERT_EQ(ground_.open(), "");
    cuts_.judge();
  }
  void change(const std::string& name, const State& state) {
    cuts_.note([&](Ledger& ledger) { ledger.entries[name].coming = state; });
    Transaction transaction;
    for (const std::string partition : {"p", "q"}) {
      if (!state) transaction.push_back(Delete{{partition, name}, {}});
      else transaction.push_back(Put{{{partition, name}, {{"v", *state}, {"gsi1pk", partition == "p" ? "M" : "N"}, {"gsi1sk", name}}}, {}});
    }
    const auto written = ground_.write(transaction);
    ASSERT_TRUE(written) << written.error().detail;
    cuts_.note([&](Ledger& ledger) { ledger.entries[name] = {state, {}}; });
    cuts_.judge();
  }

  Cuts cuts_;
  std::mt19937_64 random_{5};
  TableOnDisk ground_;
};

TEST(TablePowerCut, LosesNothingAcknowledgedAndShowsNoHalfTransaction) {
  TableScenario scenario({});
  scenario.run(60);
  EXPECT_EQ(scenario.cuts().violation(), "");
  EXPECT_GT(scenario.cuts().count(SyncKind::log), 0);
  std::cout << "cuts: " << scenario.cuts().count() << "\n";
  RecordProperty("cuts", scenario.cuts().count());
}

TEST(TablePowerCut, TheHarnessNoticesAMissingSyncOfTheLog) {
  TableScenario scenario({SyncKind::log});
  scenario.run(60);
  EXPECT_NE(scenario.cuts().violation(), "");
  std::cout << scenario.cuts().violation() << "\n";
}

}  // namespace
}  // namespace satchel::powercut
