// SPDX-License-Identifier: Apache-2.0
#include "satchel/runtime/schedules.hpp"

#include <gtest/gtest.h>

#include <functional>
#include <future>

#include "satchel/memory/clock.hpp"
#include "satchel/memory/directory.hpp"
#include "satchel/memory/mailer.hpp"
#include "satchel/memory/object_store.hpp"
#include "satchel/memory/random.hpp"
#include "satchel/memory/table.hpp"
#include "satchel/memory/vault.hpp"
#include "satchel/runtime/event_worker.hpp"

namespace satchel {
namespace {

std::function<void()> on_tick, on_hour, on_done;

class Ticking final : public Function {
 public:
  explicit Ticking(std::function<void()>& what) : what_(&what) {}
  Result<void> on_schedule(const Context&) override { return (*what_)(), Result<void>{}; }
  Result<void> on_event(const Context&, const Event&) override { return (*what_)(), Result<void>{}; }

 private:
  std::function<void()>* what_;
};
std::unique_ptr<Function> tick(const Wiring&) { return std::make_unique<Ticking>(on_tick); }
std::unique_ptr<Function> hour(const Wiring&) { return std::make_unique<Ticking>(on_hour); }
std::unique_ptr<Function> done(const Wiring&) { return std::make_unique<Ticking>(on_done); }

class SchedulesTest : public testing::Test {
 protected:
  SchedulesTest() {
    on_tick = [this] { ++ticks_; };
    on_hour = [this] { ++hours_; };
    on_done = [] {};
  }
  Call call() const { return {clock_.now(), clock_.now() + Duration{60'000}}; }

  int ticks_ = 0, hours_ = 0;
  ManualClock clock_;
  SeededRandom random_{3};
  std::unique_ptr<MemoryTable> table_ = memory_table();
  std::unique_ptr<MemoryObjectStore> objects_ = memory_object_store(clock_, random_);
  MemoryDirectory directory_{random_};
  MemoryMailer mailer_;
  std::unique_ptr<Vault> vault_ = memory_vault();
  std::unique_ptr<PasswordHasher> hasher_ = memory_password_hasher();
  std::unique_ptr<Logger> logger_ = null_logger();
  Settings settings_;
  Ports ports_{*table_, *objects_, directory_, mailer_, *vault_, *hasher_, settings_};
  Registry registry_{{{.name = "tick", .trigger = Every{Duration{1'000}}, .group = "g", .make = tick},
                      {.name = "hour", .trigger = Every{Duration{3'600'000}}, .group = "g", .make = hour},
                      {.name = "done", .trigger = OnEvent{"thing.done"}, .group = "g", .make = done}},
                     ports_};
  Schedules schedules_{registry_, *table_, clock_, random_, *logger_};
};

TEST_F(SchedulesTest, RunsEachFunctionOnceAPeriod) {
  for (int second = 0; second < 10; ++second) {
    EXPECT_TRUE(schedules_.run(call()));
    EXPECT_TRUE(schedules_.run(call()));
    clock_.advance(Duration{1'000});
  }
  EXPECT_EQ(ticks_, 10);
  EXPECT_EQ(hours_, 1);
}

TEST_F(SchedulesTest, SharesThemWithOtherProcessesAndOverARestart) {
  Schedules other{registry_, *table_, clock_, random_, *logger_};
  for (int second = 0; second < 10; ++second) {
    EXPECT_TRUE(schedules_.run(call()));
    EXPECT_TRUE(other.run(call()));
    clock_.advance(Duration{1'000});
  }
  EXPECT_EQ(ticks_, 10);
  EXPECT_EQ(hours_, 1);
}

TEST_F(SchedulesTest, AClockSetBackStopsNothing) {
  EXPECT_EQ(schedules_.run(call()).value(), 2);
  clock_.set(clock_.now() - std::chrono::days{3650});
  EXPECT_EQ(schedules_.run(call()).value(), 2);
  EXPECT_EQ(schedules_.run(call()).value(), 0);
}

TEST_F(SchedulesTest, OneThatThrowsDoesNotKeepTheOthers) {
  on_tick = [] { throw std::runtime_error("broken"); };
  EXPECT_EQ(schedules_.run(call()).value(), 2);
  EXPECT_EQ(hours_, 1);
}

TEST_F(SchedulesTest, AWorkerWakesWhenAnEventIsWritten) {
  std::promise<void> delivered;
  on_done = [&] { delivered.set_value(); };
  on_tick = [] {};
  Delivery delivery{registry_, *table_, *objects_, clock_, random_, *logger_, "one"};
  EventWorker worker{delivery, schedules_, clock_, *logger_, {.poll = std::chrono::hours{1}}};
  const auto watched = watched_outbox(*table_, [&] { worker.nudge(); });
  worker.start();
  ASSERT_TRUE(watched->write(call(), {Put{outbox_item({ulid(clock_.now(), random_), "thing.done", clock_.now(), "system", "a", {}}), {}}}));
  EXPECT_EQ(delivered.get_future().wait_for(std::chrono::seconds{20}), std::future_status::ready) << "it would poll in an hour";
  worker.stop();
  worker.stop();
}

TEST_F(SchedulesTest, OnlyEventsWrittenWakeAWorker) {
  int nudges = 0;
  const auto watched = watched_outbox(*table_, [&] { ++nudges; });
  const Item event = outbox_item({ulid(clock_.now(), random_), "thing.done", clock_.now(), "system", "a", {}});
  EXPECT_TRUE(watched->write(call(), {Put{{{"N#x", "META"}, {}}, {}}}));
  EXPECT_TRUE(watched->write(call(), {Put{event, Condition::exists()}}));
  EXPECT_EQ(nudges, 0);
  EXPECT_TRUE(watched->write(call(), {Put{event, {}}}));
  EXPECT_TRUE(watched->write(call(), {Delete{event.key, {}}}));
  EXPECT_EQ(nudges, 1);
}

}  // namespace
}  // namespace satchel
