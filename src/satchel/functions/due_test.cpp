// SPDX-License-Identifier: Apache-2.0
#include "satchel/functions/due.hpp"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include "satchel/memory/clock.hpp"
#include "satchel/memory/random.hpp"
#include "satchel/memory/table.hpp"

namespace satchel {
namespace {

/// Keeps the lines of one event.
class Listening final : public Logger {
 public:
  void write(LogLevel, std::string_view event, std::initializer_list<LogField> fields) override {
    if (event != "sweep.behind") return;
    for (const LogField& field : fields) {
      if (const auto* number = std::get_if<std::int64_t>(&field.value)) hours.push_back(*number);
    }
  }
  std::vector<std::int64_t> hours;
};

class SweepDue : public testing::Test {
 protected:
  Call call() const { return {clock_.now(), clock_.now() + std::chrono::seconds{60}}; }
  void put(int number) {
    Item item{keys::lease(LeaseId(fmt::format("lease{}", number))), {}};
    item.set("number", std::int64_t{number});
    keys::index_due(item, clock_.now());
    ASSERT_TRUE(table_->write(call(), {Put{std::move(item), Condition::absent()}}));
  }
  /// Settles by removing; `stuck` never goes.
  void run(std::int64_t stuck) {
    const Context context{.call = call(), .principal = System{}, .request_id = "r", .client = "", .random = random_, .logger = log_, .clock = &clock_};
    ASSERT_TRUE(sweep_due(context, *table_, writer_, {.name = "test", .families = {Family::lease}}, [&](const Item& item) -> Result<void> {
      if (item.number("number") == stuck) return fail(ErrorCode::unavailable, "stuck");
      TRY(writer_.write(call(), {Delete{item.key, {}}}));
      return {};
    }));
  }
  std::size_t leases() const {
    std::size_t count = 0;
    for (const Item& item : table_->items()) count += family_of(item.key.partition) == Family::lease ? 1U : 0U;
    return count;
  }

  ManualClock clock_;
  SeededRandom random_{3};
  Listening log_;
  std::unique_ptr<MemoryTable> table_ = memory_table();
  TableWriter writer_{*table_, {Family::lease, Family::cursor}};
};

TEST_F(SweepDue, SettlesWhatIsDue) {
  for (int n = 0; n < 50; ++n) put(n);
  run(-1);
  EXPECT_EQ(leases(), 0u);
}

TEST_F(SweepDue, SaysWhereWorkHasWaitedForHours) {
  put(0);
  clock_.advance(std::chrono::hours{3});
  run(0);
  EXPECT_EQ(log_.hours, std::vector<std::int64_t>{}) << "a run or two may fail";
  clock_.advance(std::chrono::hours{2});
  put(1);
  run(0);
  EXPECT_EQ(log_.hours, std::vector<std::int64_t>{5}) << "a line a run";
  run(-1);
  run(-1);
  EXPECT_EQ(log_.hours.size(), 2u) << "nothing is left";
}

// More hours than one run looks at lie behind the one that is stuck.
TEST_F(SweepDue, WhatCannotBeSettledKeepsNothingElseWaitingForEver) {
  run(0);
  put(0);
  clock_.advance(std::chrono::hours{500});
  for (int n = 1; n < 50; ++n) put(n);
  for (int runs = 0; runs < 200; ++runs) run(0);
  EXPECT_LT(leases(), 50u / 2) << "only those of its own shard wait with it";
}

}  // namespace
}  // namespace satchel
