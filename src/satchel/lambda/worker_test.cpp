// SPDX-License-Identifier: Apache-2.0
// Client and worker against a Runtime API that does what AWS's does, and what it should not.
#include "satchel/lambda/worker.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <condition_variable>
#include <deque>
#include <map>
#include <mutex>
#include <stdexcept>
#include <thread>

#include "satchel/base/json.hpp"
#include "satchel/net/server_fixture.hpp"

namespace satchel::lambda {
namespace {

using testing::HasSubstr;
using testing::UnorderedElementsAre;

/// What came at a path of the Runtime API.
struct Post {
  std::string path, body, error_type, token;
};

/// Hands out the payloads it was given, in order; a next() beyond them waits until the test is over.
class FakeRuntime {
 public:
  explicit FakeRuntime(std::deque<std::string> payloads) : payloads_(std::move(payloads)) {}
  ~FakeRuntime() { end(); }

  std::string api() const { return "127.0.0.1:" + std::to_string(server_->port()); }
  std::vector<Post> posts() const {
    const std::scoped_lock lock(mutex_);
    return posts_;
  }
  /// Answers those who wait for work with 500: the sandbox is over.
  void end() {
    std::vector<std::unique_ptr<net::Exchange>> waiting;
    {
      const std::scoped_lock lock(mutex_);
      over_ = true;
      waiting.swap(waiting_);
    }
    for (auto& exchange : waiting) exchange->respond({.status = 500, .fields = {}}, "");
  }
  /// Returns once so many answers have come.
  void wait_for(std::size_t posts) {
    std::unique_lock lock(mutex_);
    ASSERT_TRUE(changed_.wait_for(lock, std::chrono::seconds{20}, [&] { return posts_.size() >= posts; }));
  }

  std::map<std::string, int> statuses;  // of answers by the end of their path; else 202
  std::string token;                    // sent with each invocation, where it is not empty
  std::string deadline = "1795521601000";

 private:
  void handle(std::unique_ptr<net::Exchange> exchange) {
    if (exchange->head().method == "GET") return give(std::move(exchange));
    const std::shared_ptr<net::Exchange> shared = std::move(exchange);
    shared->read_all(16 * 1024 * 1024, [this, shared](Result<std::string> body) {
      const net::RequestHead& head = shared->head();
      Post post{head.target.substr(std::string("/2018-06-01/runtime/").size()), body.value_or(""), std::string(head.fields.find("lambda-runtime-function-error-type").value_or("")),
                std::string(head.fields.find("lambda-runtime-invocation-id").value_or(""))};
      int status = 202;
      for (const auto& [end, other] : statuses) {
        if (post.path.ends_with(end)) status = other;
      }
      {
        const std::scoped_lock lock(mutex_);
        posts_.push_back(std::move(post));
      }
      shared->respond({.status = status, .fields = {}}, "{}");
      changed_.notify_all();
    });
  }
  void give(std::unique_ptr<net::Exchange> exchange) {
    net::ResponseHead head{.status = 200, .fields = {{"Lambda-Runtime-Deadline-Ms", deadline}, {"Lambda-Runtime-Invoked-Function-Arn", "arn"}, {"Lambda-Runtime-Trace-Id", "Root=1"}}};
    std::string payload;
    {
      const std::scoped_lock lock(mutex_);
      if (over_) head.status = 500;
      else if (payloads_.empty()) return waiting_.push_back(std::move(exchange));
      else {
        head.fields.add("Lambda-Runtime-Aws-Request-Id", "r" + std::to_string(++given_));
        if (!token.empty()) head.fields.add("Lambda-Runtime-Invocation-Id", token);
        payload = std::move(payloads_.front());
        payloads_.pop_front();
      }
    }
    exchange->respond(std::move(head), std::move(payload));
  }

  mutable std::mutex mutex_;
  std::condition_variable changed_;
  std::deque<std::string> payloads_;
  std::vector<std::unique_ptr<net::Exchange>> waiting_;
  std::vector<Post> posts_;
  int given_ = 0;
  bool over_ = false;
  std::unique_ptr<Logger> log_ = null_logger();
  net::FunctionHandler handler_{[this](std::unique_ptr<net::Exchange> exchange) { handle(std::move(exchange)); }};
  std::unique_ptr<net::Server> server_ = net::Server::start({.loops = 1}, handler_, *log_).value();  // last: it uses all of the above
};

class Worker : public testing::Test {
 protected:
  std::unique_ptr<Clock> clock_ = system_clock();
  std::unique_ptr<Logger> log_ = null_logger();
};

TEST_F(Worker, AnswersInvocationsOneAfterTheOther) {
  FakeRuntime runtime({R"({"n":1})", R"({"n":2})"});
  runtime.token = "show me again";
  RuntimeClient client(runtime.api(), *clock_);
  std::vector<Invocation> seen;
  std::jthread worker([&] {
    work(client, [&](const Invocation& invocation) -> Result<std::string> {
      seen.push_back(invocation);
      return invocation.payload + "!";
    }, *log_);
  });
  runtime.wait_for(2);
  runtime.end();
  worker.join();
  const auto posts = runtime.posts();
  ASSERT_EQ(posts.size(), 2u);
  EXPECT_EQ(posts[0].path, "invocation/r1/response");
  EXPECT_EQ(posts[0].body, R"({"n":1}!)");
  EXPECT_EQ(posts[0].token, "show me again");
  EXPECT_EQ(posts[1].path, "invocation/r2/response");
  ASSERT_EQ(seen.size(), 2u);
  EXPECT_EQ(seen[0].deadline, from_millis(1'795'521'601'000));
  EXPECT_EQ(seen[0].function_arn, "arn");
  EXPECT_EQ(seen[0].trace, "Root=1");
}

using WorkerDeathTest = Worker;

TEST_F(WorkerDeathTest, TheProcessEndsWithTheFirstOfItsThreads) {
  GTEST_FLAG_SET(death_test_style, "threadsafe");  // the child starts anew: it has a runtime of its own, and no thread that a fork left behind
  FakeRuntime runtime({"a"});
  runtime.statuses = {{"r1/response", 500}};
  EXPECT_EXIT(
      {
        ::alarm(20);  // instead of waiting with the threads that wait for work
        RuntimeClient client(runtime.api(), *clock_);
        const auto logger = fd_logger(STDERR_FILENO, LogLevel::info, *clock_);
        work_at_once(client, [](const Invocation&) -> Result<std::string> { return "fine"; }, *logger, /*threads=*/3);
      },
      testing::ExitedWithCode(1), "lambda.ended");
}

TEST_F(Worker, AFailedInvocationFailsAloneAndTellsNoSecret) {
  FakeRuntime runtime({"a", "b", "c", "d"});
  RuntimeClient client(runtime.api(), *clock_);
  std::jthread worker([&] {
    work(client, [](const Invocation& invocation) -> Result<std::string> {
      if (invocation.payload == "a") return fail(ErrorCode::conflict, "The name is taken.", "secret path", "name_taken");
      if (invocation.payload == "b") throw std::runtime_error("secret path");
      if (invocation.payload == "c") throw 1;
      return "fine";
    }, *log_);
  });
  runtime.wait_for(4);
  runtime.end();
  worker.join();
  const auto posts = runtime.posts();
  EXPECT_EQ(posts[0].path, "invocation/r1/error");
  EXPECT_EQ(posts[0].error_type, "Satchel.name_taken");
  EXPECT_EQ(*Json::parse(posts[0].body).value().find("errorMessage")->as<std::string>(), "The name is taken.");
  EXPECT_EQ(posts[1].error_type, "Satchel.internal");
  EXPECT_EQ(posts[2].path, "invocation/r3/error");
  EXPECT_EQ(posts[3].body, "fine");
  for (const Post& post : posts) EXPECT_THAT(post.body, testing::Not(HasSubstr("secret")));
}

TEST_F(Worker, AnAnswerThatIsTooLargeFailsItsInvocation) {
  FakeRuntime runtime({"a", "b"});
  runtime.statuses = {{"r1/response", 413}};
  RuntimeClient client(runtime.api(), *clock_);
  std::jthread worker([&] { work(client, [](const Invocation&) -> Result<std::string> { return std::string(7'000'000, 'x'); }, *log_); });
  runtime.wait_for(3);
  runtime.end();
  worker.join();
  const auto posts = runtime.posts();
  EXPECT_EQ(posts[1].path, "invocation/r1/error");
  EXPECT_EQ(posts[1].error_type, "Satchel.too_large");
  EXPECT_EQ(posts[2].path, "invocation/r2/response");
}

TEST_F(Worker, GoesOnAfterARefusedAnswerAndEndsWhereTheRuntimeIsBroken) {
  FakeRuntime runtime({"a", "b", "c"});
  runtime.statuses = {{"r1/response", 403}, {"r2/response", 500}};
  RuntimeClient client(runtime.api(), *clock_);
  const Error error = work(client, [](const Invocation&) -> Result<std::string> { return "x"; }, *log_);
  EXPECT_EQ(error.code, ErrorCode::unavailable);
  EXPECT_EQ(runtime.posts().size(), 2u) << "the third was not begun";
}

TEST_F(Worker, EndsWhereTheRuntimeMakesNoSense) {
  FakeRuntime runtime({"a"});
  runtime.deadline = "soon";
  RuntimeClient client(runtime.api(), *clock_);
  EXPECT_EQ(work(client, [](const Invocation&) -> Result<std::string> { return "x"; }, *log_).code, ErrorCode::internal);
}

TEST_F(Worker, ManyTakeWorkAtOnce) {
  constexpr int kThreads = 4;
  FakeRuntime runtime({"a", "b", "c", "d"});
  RuntimeClient client(runtime.api(), *clock_);
  // Each handler waits for all the others to be in theirs: one at a time would never end.
  std::mutex mutex;
  std::condition_variable changed;
  int inside = 0;
  std::vector<std::jthread> workers;
  for (int n = 0; n < kThreads; ++n) {
    workers.emplace_back([&] {
      work(client, [&](const Invocation& invocation) -> Result<std::string> {
        std::unique_lock lock(mutex);
        ++inside;
        changed.notify_all();
        const bool together = changed.wait_for(lock, std::chrono::seconds{20}, [&] { return inside == kThreads; });
        return together ? invocation.payload : "alone";
      }, *log_);
    });
  }
  runtime.wait_for(kThreads);
  runtime.end();
  workers.clear();
  std::vector<std::string> bodies;
  for (const Post& post : runtime.posts()) bodies.push_back(post.body);
  EXPECT_THAT(bodies, UnorderedElementsAre("a", "b", "c", "d"));
}

TEST_F(Worker, AStartThatFailsIsReported) {
  FakeRuntime runtime({});
  RuntimeClient client(runtime.api(), *clock_);
  EXPECT_TRUE(client.fail_start({"Satchel.Configuration", "The table 'x' is not there. Set SATCHEL_TABLE."}));
  const auto posts = runtime.posts();
  ASSERT_EQ(posts.size(), 1u);
  EXPECT_EQ(posts[0].path, "init/error");
  EXPECT_EQ(posts[0].error_type, "Satchel.Configuration");
  EXPECT_THAT(posts[0].body, HasSubstr("SATCHEL_TABLE"));
}

}  // namespace
}  // namespace satchel::lambda
