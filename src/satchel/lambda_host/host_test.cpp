// SPDX-License-Identifier: Apache-2.0
// Real processes: the program beside this test, which does what its event says.
#include "satchel/lambda_host/host.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <signal.h>
#include <stdlib.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <future>
#include <thread>

#include "satchel/base/json.hpp"

namespace satchel::lambda_host {
namespace {

using testing::AllOf;
using testing::Contains;
using testing::Each;
using testing::HasSubstr;
using testing::SizeIs;
using testing::StartsWith;

/// Keeps its lines.
class KeptLog final : public Logger {
 public:
  void write(LogLevel level, std::string_view event, std::initializer_list<LogField> fields) override {
    std::string line = fmt::format("{} {}", static_cast<int>(level), event);
    for (const LogField& field : fields) {
      if (const auto* text = std::get_if<std::string_view>(&field.value)) line += fmt::format(" {}={}", field.name, *text);
    }
    const std::scoped_lock lock(mutex_);
    lines_.push_back(std::move(line));
  }
  std::vector<std::string> lines(std::string_view event) const {
    const std::scoped_lock lock(mutex_);
    std::vector<std::string> found;
    std::ranges::copy_if(lines_, std::back_inserter(found), [&](const std::string& line) { return line.substr(2).starts_with(event); });
    return found;
  }
  std::vector<std::string> errors() const {
    const std::scoped_lock lock(mutex_);
    std::vector<std::string> found;
    std::ranges::copy_if(lines_, std::back_inserter(found), [](const std::string& line) { return line.starts_with(fmt::to_string(static_cast<int>(LogLevel::error))); });
    return found;
  }

 private:
  mutable std::mutex mutex_;
  std::vector<std::string> lines_;
};

class LambdaHost : public testing::Test {
 protected:
  LambdaHost() { folder_ = mkdtemp(std::string(testing::TempDir() + "hostXXXXXX").data()); }
  ~LambdaHost() override {
    host_.reset();
    std::filesystem::remove_all(folder_);
  }

  void start(const std::string& how = "", FleetOptions fleet = {}) {
    host_ = Host::start({.bootstrap = TEST_BOOTSTRAP, .folder = folder_, .environment = [how](const std::string& group) { return std::vector<std::string>{"START=" + how, "GROUP_SECRET=of " + group}; }, .fleet = fleet}, *clock_,
                        *random_, log_)
                .value();
  }
  Result<std::string> invoke(const std::string& what, Duration patience = std::chrono::seconds{30}, const std::string& more = "", const std::string& group = "g") {
    return host_->fleet().invoke(group, "request", fmt::format(R"({{"do":"{}"{}}})", what, more), clock_->now() + patience);
  }
  template <class Condition>
  void eventually(Condition condition) {
    const Time end = clock_->now() + std::chrono::seconds{20};
    while (!condition() && clock_->now() < end) std::this_thread::yield();
    EXPECT_TRUE(condition());
  }

  std::unique_ptr<Clock> clock_ = system_clock();
  std::unique_ptr<Random> random_ = system_random();
  KeptLog log_;
  std::string folder_;
  std::unique_ptr<Host> host_;
};

TEST_F(LambdaHost, AnswersWithOneProcessThatItKeeps) {
  start();
  EXPECT_EQ(host_->fleet().counters().processes_now, 0U) << "from none";
  EXPECT_EQ(invoke("echo").value(), R"({"do":"echo"})");
  const std::string first = invoke("who").value();
  EXPECT_EQ(invoke("who").value(), first);
  EXPECT_NE(invoke("who", std::chrono::seconds{30}, "", "other").value(), first) << "a group has processes of its own";
  EXPECT_EQ(host_->fleet().counters().launched, 2U);
  const Time before = clock_->now();
  const Time told = from_millis(std::stoll(invoke("deadline", std::chrono::seconds{25}).value()));
  EXPECT_GE(told, before + std::chrono::seconds{24});
  EXPECT_LE(told, clock_->now() + std::chrono::seconds{26});
}

TEST_F(LambdaHost, StartsMoreWhereMuchIsToDoAtOnce) {
  start("", {.most_processes = 3});
  const std::string meeting = folder_ + "/meeting";
  std::filesystem::create_directory(meeting);
  std::vector<std::future<Result<std::string>>> answers;
  for (int n = 0; n < 3; ++n) answers.push_back(std::async(std::launch::async, [&] { return invoke("meet", std::chrono::seconds{30}, R"(,"folder":")" + meeting + '"'); }));
  for (auto& answer : answers) EXPECT_TRUE(answer.get());
  EXPECT_EQ(host_->fleet().counters().launched, 3U);
}

TEST_F(LambdaHost, LosesOneInvocationToACrash) {
  start();
  for (const std::string what : {"crash", "exit"}) {
    const auto error = invoke(what).error();
    EXPECT_EQ(error.code, ErrorCode::unavailable);
    EXPECT_EQ(error.type, "function_ended");
    EXPECT_THAT(error.detail, HasSubstr(what == "crash" ? "was killed by signal 9" : "ended with status 3"));
    EXPECT_TRUE(invoke("echo"));
  }
  EXPECT_EQ(host_->fleet().counters().crashed, 2U);
  EXPECT_THAT(log_.lines("function.ended"), SizeIs(2));
}

TEST_F(LambdaHost, KillsWhatHangs) {
  start();
  const pid_t pid = std::stoi(invoke("who").value());
  EXPECT_EQ(invoke("hang", Duration{100}).error().code, ErrorCode::deadline_exceeded);
  eventually([&] { return kill(pid, 0) != 0; });
  EXPECT_TRUE(invoke("echo"));
}

TEST_F(LambdaHost, RefusesAnswersThatAreTooLarge) {
  start();
  const auto error = invoke("large").error();
  EXPECT_EQ(error.type, "function_failed");
  EXPECT_THAT(error.detail, HasSubstr("Satchel.too_large"));
  EXPECT_TRUE(invoke("echo"));
  EXPECT_EQ(host_->fleet().counters().launched, 1U) << "the process goes on";
}

TEST_F(LambdaHost, TellsWhatAFunctionFailsWith) {
  start();
  EXPECT_THAT(invoke("fail").error().detail, HasSubstr("Satchel.unavailable: The table is away."));
  EXPECT_THAT(invoke("throw").error().detail, HasSubstr("Satchel.internal"));
  EXPECT_TRUE(invoke("echo"));
}

TEST_F(LambdaHost, ReportsAStartThatFailsOnceAndDoesNotTryAllTheTime) {
  for (const auto& [how, why] : {std::pair("exit", "ended with status 4"), std::pair("error", "Test.NoTable: There is no table.")}) {
    start(how);
    const std::size_t before = log_.lines("function.not_started").size();
    for (int n = 0; n < 50; ++n) {
      const auto error = invoke("echo").error();
      EXPECT_EQ(error.code, ErrorCode::unavailable);
      EXPECT_EQ(error.type, "function_not_started");
    }
    EXPECT_LE(host_->fleet().counters().launched, 4U);
    const auto lines = log_.lines("function.not_started");
    ASSERT_EQ(lines.size(), before + 1);
    EXPECT_THAT(lines.back(), HasSubstr(why));
  }
}

TEST_F(LambdaHost, GivesUpOnAStartThatHangs) {
  start("hang", {.start_limit = Duration{100}});
  EXPECT_EQ(invoke("echo").error().type, "function_not_started");
  eventually([&] { return host_->fleet().counters().processes_now == 0; });
}

TEST_F(LambdaHost, EndsWhoHasNothingToDo) {
  start("", {.idle_limit = Duration{50}});
  EXPECT_TRUE(invoke("echo"));
  eventually([&] { return host_->fleet().counters().processes_now == 0; });
  EXPECT_TRUE(invoke("echo"));
  EXPECT_EQ(host_->fleet().counters().crashed, 0U);
}

TEST_F(LambdaHost, GivesAProcessNothingThatIsNotItsOwn) {
  setenv("SATCHEL_PLANTED", "secret", 1);
  const int open_here = ::open("/etc/hostname", O_RDONLY);  // not close-on-exec
  start();
  const auto around = Json::parse(invoke("surroundings").value()).value();
  std::vector<std::string> variables, descriptors;
  for (const Json& variable : *around.find("environment")->as<Json::Array>()) variables.push_back(*variable.as<std::string>());
  for (const Json& descriptor : *around.find("descriptors")->as<Json::Array>()) descriptors.push_back(*descriptor.as<std::string>());
  EXPECT_THAT(variables, Contains("GROUP_SECRET=of g"));
  EXPECT_THAT(variables, Contains("_HANDLER=g"));
  EXPECT_THAT(variables, Contains("AWS_LAMBDA_FUNCTION_NAME=satchel-g"));
  EXPECT_THAT(variables, Contains(StartsWith("AWS_LAMBDA_RUNTIME_API=127.0.0.1:")));
  EXPECT_THAT(variables, Each(testing::Not(HasSubstr("SATCHEL_PLANTED"))));
  EXPECT_THAT(variables, Each(testing::Not(StartsWith("PATH="))));
  EXPECT_THAT(descriptors, Each(testing::Not(HasSubstr("hostname"))));
  EXPECT_LE(descriptors.size(), 6U) << "three, the connection to the host, the listing";
  EXPECT_EQ(*around.find("folder")->as<std::string>(), folder_);
  ::close(open_here);
}

TEST_F(LambdaHost, PutsWhatAProcessWritesIntoTheLog) {
  start();
  EXPECT_TRUE(invoke("write"));
  eventually([&] { return log_.lines("function.log").size() == 3; });
  const auto lines = log_.lines("function.log");
  EXPECT_THAT(lines[0], AllOf(StartsWith("1 "), HasSubstr(R"("event":"own")"))) << "at the level that it gives itself";
  EXPECT_THAT(lines[1], AllOf(StartsWith("2 "), HasSubstr("line=plain")));
  EXPECT_LT(lines[2].size(), 8'300U) << "bounded";
}

TEST_F(LambdaHost, LetsWorkEndBeforeItStops) {
  start();
  const std::string file = folder_ + "/go on";
  auto answer = std::async(std::launch::async, [&] { return invoke("wait", std::chrono::seconds{30}, R"(,"file":")" + file + '"'); });
  eventually([&] { return host_->fleet().counters().invocations == 1 && host_->fleet().counters().processes_now == 1; });
  auto stopping = std::async(std::launch::async, [&] { host_->stop(clock_->now() + std::chrono::seconds{30}); });
  eventually([&] { return !invoke("echo"); });
  std::ofstream(file) << "x";
  EXPECT_TRUE(answer.get());
  stopping.get();
}

TEST_F(LambdaHost, SaysNothingOfProcessesThatEndInOrder) {
  start("", {.idle_limit = Duration{50}});
  EXPECT_TRUE(invoke("echo"));
  eventually([&] { return host_->fleet().counters().processes_now == 0; });
  EXPECT_TRUE(invoke("echo"));
  host_->stop(clock_->now() + std::chrono::seconds{30});
  EXPECT_THAT(log_.errors(), testing::IsEmpty());
}

TEST_F(LambdaHost, CutsWorkThatDoesNotEndWhenItStops) {
  start();
  const pid_t pid = std::stoi(invoke("who").value());
  auto answer = std::async(std::launch::async, [&] { return invoke("hang"); });
  eventually([&] { return host_->fleet().counters().invocations == 2; });
  host_->stop(clock_->now() + Duration{50});
  EXPECT_EQ(answer.get().error().code, ErrorCode::unavailable);
  EXPECT_NE(kill(pid, 0), 0) << "no process outlives stop()";
}

TEST_F(LambdaHost, SaysWhereItsProgramIsMissing) {
  const auto missing = Host::start({.bootstrap = "/nowhere/bootstrap", .folder = "/", .environment = {}, .fleet = {}}, *clock_, *random_, log_);
  ASSERT_FALSE(missing);
  EXPECT_THAT(missing.error().message, HasSubstr("/nowhere/bootstrap"));
}

TEST_F(LambdaHost, SaysWhereItsProgramCannotBeRun) {
  const std::string program = folder_ + "/bootstrap";
  std::ofstream(program) << "no program";
  std::filesystem::permissions(program, std::filesystem::perms::owner_all);
  host_ = Host::start({.bootstrap = program, .folder = folder_, .environment = {}, .fleet = {}}, *clock_, *random_, log_).value();
  EXPECT_EQ(invoke("echo").error().type, "function_not_started");
  EXPECT_THAT(log_.lines("function.not_started"), Contains(HasSubstr("cannot be run")));
}

}  // namespace
}  // namespace satchel::lambda_host
