// SPDX-License-Identifier: Apache-2.0
// The fleet without processes: a launcher that notes what is wanted of it, and a clock that is set by hand.
#include "satchel/lambda_host/fleet.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <atomic>
#include <future>
#include <optional>
#include <thread>

#include "satchel/memory/clock.hpp"
#include "satchel/memory/random.hpp"

namespace satchel::lambda_host {
namespace {

using testing::Contains;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

class NotedLauncher final : public Launcher {
 public:
  void launch(const std::string& group, const std::string& process) override {
    const std::scoped_lock lock(mutex_);
    launched_.emplace_back(group, process);
  }
  void kill(const std::string& process) override {
    const std::scoped_lock lock(mutex_);
    killed_.push_back(process);
  }
  void wake() override {}

  std::vector<std::string> launched() const {
    const std::scoped_lock lock(mutex_);
    std::vector<std::string> names;
    for (const auto& [group, process] : launched_) names.push_back(process);
    return names;
  }
  std::vector<std::string> killed() const {
    const std::scoped_lock lock(mutex_);
    return killed_;
  }
  /// The name of the n-th, once it is launched.
  std::string wait_for(std::size_t n) const {
    for (;;) {
      if (const auto names = launched(); names.size() > n) return names[n];
      std::this_thread::yield();
    }
  }

 private:
  mutable std::mutex mutex_;
  std::vector<std::pair<std::string, std::string>> launched_;
  std::vector<std::string> killed_;
};

class FleetTest : public testing::Test {
 protected:
  using Answer = std::future<Result<std::string>>;

  Answer invoke(const std::string& payload, Duration patience = std::chrono::minutes{10}, const std::string& group = "g") {
    return std::async(std::launch::async, [this, payload, patience, group] { return fleet_.invoke(group, "id-" + payload, payload, clock_.now() + patience); });
  }
  /// The work that the process gets, once it does.
  std::shared_ptr<std::optional<Work>> next(const std::string& process) {
    const auto work = std::make_shared<std::optional<Work>>();
    EXPECT_TRUE(fleet_.next(process, [work](const Work& given) { *work = given; }));
    return work;
  }
  void respond(const std::string& process, const Work& work, const std::string& answer) { EXPECT_TRUE(fleet_.respond(process, work.id, work.token, answer)); }

  ManualClock clock_;
  SeededRandom random_{1};
  std::unique_ptr<Logger> log_ = null_logger();
  NotedLauncher launcher_;
  Fleet fleet_{{.most_processes = 2, .most_waiting = 3}, launcher_, clock_, random_, *log_};
};

TEST_F(FleetTest, StartsAProcessForWorkAndUsesItAgain) {
  Answer first = invoke("1");
  const std::string process = launcher_.wait_for(0);
  auto work = next(process);
  ASSERT_TRUE(*work);
  EXPECT_EQ((*work)->payload, "1");
  respond(process, **work, "one");
  EXPECT_EQ(first.get().value(), "one");
  work = next(process);
  EXPECT_FALSE(*work);
  Answer second = invoke("2");
  while (fleet_.counters().invocations < 2) std::this_thread::yield();
  ASSERT_TRUE(*work) << "an idle process gets it at once";
  respond(process, **work, "two");
  EXPECT_EQ(second.get().value(), "two");
  EXPECT_EQ(launcher_.launched().size(), 1U);
}

TEST_F(FleetTest, NeverHasMoreThanItsBoundAndRefusesWhatWouldWaitTooLong) {
  std::vector<Answer> answers;
  for (int n = 1; n <= 3; ++n) {
    answers.push_back(invoke(std::to_string(n)));
    while (fleet_.counters().invocations < static_cast<std::uint64_t>(n)) std::this_thread::yield();
  }
  EXPECT_EQ(launcher_.launched().size(), 2U);
  EXPECT_EQ(invoke("4").get().error().type, "busy");
  const std::string process = launcher_.wait_for(0);
  for (int n = 0; n < 3; ++n) {
    const auto work = next(process);
    ASSERT_TRUE(*work);
    respond(process, **work, (*work)->payload);
  }
  for (Answer& answer : answers) EXPECT_TRUE(answer.get());
}

TEST_F(FleetTest, KeepsAProcessToItsOwnInvocation) {
  Answer answer = invoke("1");
  const std::string process = launcher_.wait_for(0);
  const auto work = next(process);
  EXPECT_EQ(fleet_.next(process, [](const Work&) {}).error().type, "InvalidStateTransition") << "one at a time";
  EXPECT_EQ(fleet_.next("nobody", [](const Work&) {}).error().code, ErrorCode::forbidden);
  EXPECT_EQ(fleet_.respond(process, "other", (*work)->token, "x").error().type, "InvalidRequestID");
  EXPECT_EQ(fleet_.respond(process, (*work)->id, "", "x").error().type, "InvalidRequestID");
  EXPECT_EQ(fleet_.respond("nobody", (*work)->id, (*work)->token, "x").error().code, ErrorCode::forbidden);
  EXPECT_EQ(fleet_.fail_start(process, {}).error().type, "InvalidStateTransition");
  respond(process, **work, "x");
  EXPECT_EQ(fleet_.respond(process, (*work)->id, (*work)->token, "y").error().type, "InvalidRequestID") << "answered already";
  EXPECT_EQ(answer.get().value(), "x");
  (void)next(process);
  EXPECT_EQ(fleet_.next(process, [](const Work&) {}).error().type, "InvalidStateTransition") << "waits already";
}

TEST_F(FleetTest, FailsWhatAProcessFailsOrDiesOf) {
  Answer failed = invoke("1");
  const std::string process = launcher_.wait_for(0);
  auto work = next(process);
  EXPECT_TRUE(fleet_.fail(process, (*work)->id, (*work)->token, {"Type", "sentence"}));
  const auto error = failed.get().error();
  EXPECT_EQ(error.type, "function_failed");
  EXPECT_THAT(error.detail, HasSubstr("Type: sentence"));
  (void)next(process);
  Answer dead = invoke("2");
  while (fleet_.counters().invocations < 2) std::this_thread::yield();
  fleet_.ended(process, "was killed by signal 11");
  EXPECT_EQ(dead.get().error().type, "function_ended");
  EXPECT_EQ(fleet_.counters().processes_now, 0U);
  Answer after = invoke("3");
  const std::string other = launcher_.wait_for(1);
  work = next(other);
  respond(other, **work, "three");
  EXPECT_EQ(after.get().value(), "three") << "a crash of one invocation keeps nobody else from starting";
}

TEST_F(FleetTest, KillsWhoIsOutOfTime) {
  Answer hung = invoke("1", Duration{0});
  EXPECT_EQ(hung.get().error().type, "busy") << "nobody had begun it";
  const std::string process = launcher_.wait_for(0);
  (void)next(process);
  EXPECT_THAT(launcher_.killed(), IsEmpty());
  // It is given to the idle process within the call, and its time is over.
  EXPECT_EQ(invoke("2", Duration{0}).get().error().code, ErrorCode::deadline_exceeded);
  EXPECT_THAT(launcher_.killed(), ElementsAre(process));
  EXPECT_FALSE(fleet_.respond(process, "id-2", "", "late"));
  fleet_.ended(process, "was killed by signal 9");
  EXPECT_EQ(fleet_.counters().killed, 1U);
  EXPECT_EQ(fleet_.counters().crashed, 0U);
}

TEST_F(FleetTest, RestsAfterStartsThatFail) {
  for (int n = 0; n < 3; ++n) {
    Answer answer = invoke(std::to_string(n));
    const std::string process = launcher_.wait_for(static_cast<std::size_t>(n));
    if (n == 1) {
      EXPECT_TRUE(fleet_.fail_start(process, {"NoTable", "There is none."}));
    }
    fleet_.ended(process, "ended with status 1");
    const auto error = answer.get().error();
    EXPECT_EQ(error.type, "function_not_started");
    EXPECT_THAT(error.detail, HasSubstr(n == 1 ? "There is none." : "ended with status 1"));
    EXPECT_EQ(invoke("at once").get().error().type, "function_not_started");
    clock_.advance(Duration{(1'000 << n) - 1});
    EXPECT_EQ(invoke("still").get().error().type, "function_not_started");
    EXPECT_EQ(launcher_.launched().size(), static_cast<std::size_t>(n + 1)) << "no storm";
    clock_.advance(Duration{1});
  }
  Answer good = invoke("good");
  const std::string process = launcher_.wait_for(3);
  const auto work = next(process);
  respond(process, **work, "x");
  EXPECT_TRUE(good.get());
}

TEST_F(FleetTest, EndsWhoStartsTooSlowlyHasNothingToDoOrDoesNotComeBack) {
  Answer slow = invoke("1");
  const std::string first = launcher_.wait_for(0);
  EXPECT_EQ(fleet_.tick(), clock_.now() + Duration{10'000});
  clock_.advance(Duration{10'000});
  fleet_.tick();
  EXPECT_THAT(launcher_.killed(), ElementsAre(first));
  fleet_.ended(first, "was killed by signal 9");
  EXPECT_THAT(slow.get().error().detail, HasSubstr("did not ask for work in time"));
  clock_.advance(Duration{1'000});
  Answer answer = invoke("2");
  const std::string second = launcher_.wait_for(1);
  const auto work = next(second);
  clock_.advance(std::chrono::hours{1});
  fleet_.tick();
  EXPECT_EQ(launcher_.killed().size(), 1U) << "who works is its caller's to judge";
  respond(second, **work, "x");
  (void)next(second);
  EXPECT_EQ(fleet_.tick(), clock_.now() + Duration{300'000});
  clock_.advance(Duration{300'000});
  fleet_.tick();
  EXPECT_THAT(launcher_.killed(), ElementsAre(first, second));
  EXPECT_FALSE(fleet_.next(second, [](const Work&) {}));
  fleet_.ended(second, "was killed by signal 9");
  EXPECT_EQ(fleet_.counters().crashed, 0U);
  EXPECT_TRUE(answer.get());
  Answer last = invoke("3");
  const std::string third = launcher_.wait_for(2);
  const auto lost = next(third);
  respond(third, **lost, "x");
  clock_.advance(Duration{2'000});
  fleet_.tick();
  EXPECT_THAT(launcher_.killed(), ElementsAre(first, second, third));
  EXPECT_TRUE(last.get());
}

TEST_F(FleetTest, StopsOnceAllIsAnsweredOrItsTimeIsOver) {
  Answer answer = invoke("1");
  const std::string process = launcher_.wait_for(0);
  const auto work = next(process);
  auto stopping = std::async(std::launch::async, [&] { fleet_.stop(clock_.now() + std::chrono::minutes{10}); });
  while (invoke("2", Duration{0}).get().error().detail != "the server is stopping") std::this_thread::yield();
  respond(process, **work, "x");
  stopping.get();
  EXPECT_EQ(answer.get().value(), "x");
  EXPECT_THAT(launcher_.killed(), Contains(process));
}

TEST_F(FleetTest, CutsWhatDoesNotEnd) {
  Answer answer = invoke("1"), waiting = invoke("2");
  while (fleet_.counters().invocations < 2) std::this_thread::yield();
  (void)next(launcher_.wait_for(0));
  fleet_.stop(clock_.now());
  EXPECT_EQ(answer.get().error().code, ErrorCode::unavailable);
  EXPECT_EQ(waiting.get().error().code, ErrorCode::unavailable);
}

TEST_F(FleetTest, TakesNoRequestThatLambdaWouldNot) {
  EXPECT_EQ(fleet_.invoke("g", "id", std::string(6 * 1024 * 1024 + 1, 'x'), clock_.now()).error().code, ErrorCode::too_large);
  EXPECT_THAT(launcher_.launched(), IsEmpty());
}

}  // namespace
}  // namespace satchel::lambda_host
