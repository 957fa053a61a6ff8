// SPDX-License-Identifier: Apache-2.0
// The server over real sockets: requests, refusals, deadlines, limits, the end.
#include "satchel/net/server.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>
#include <sys/un.h>

#include <filesystem>
#include <thread>
#include <vector>

#include "satchel/net/server_fixture.hpp"
#include "tests/support/temporary_folder.hpp"

namespace satchel::net {
namespace {

using testing::HasSubstr;
using testing::Not;
using testing::StartsWith;

TEST_F(ServerTest, AnswersRequestAfterRequestOnOneConnection) {
  start(echo_target);
  auto client = connect();
  for (int i = 0; i < 3; ++i) EXPECT_EQ(body_of(client.ask(get("/" + std::to_string(i)))), "GET /" + std::to_string(i));
  EXPECT_EQ(server_->counters().connections, 1U);
  EXPECT_EQ(server_->counters().requests, 3U);
}

TEST_F(ServerTest, AnswersPipelinedRequestsInOrder) {
  start(echo_target);
  auto client = connect();
  std::string bytes;
  for (int i = 0; i < 2000; ++i) bytes += i % 3 == 0 ? put(5) + "body!" : get("/" + std::to_string(i));
  std::thread sender([&] { client.send(bytes); });
  for (int i = 0; i < 2000; ++i) ASSERT_EQ(body_of(client.answer()), i % 3 == 0 ? "PUT /" : "GET /" + std::to_string(i));
  sender.join();
}

TEST_F(ServerTest, AnswersPipelinedRequestsWhoseHandlersAreOnOtherThreads) {
  std::vector<std::thread> threads;
  start([&](std::unique_ptr<Exchange> exchange) { threads.emplace_back([exchange = std::move(exchange)]() mutable { echo_target(std::move(exchange)); }); },
        {.loops = 1});
  auto client = connect();
  std::string bytes;
  for (int i = 0; i < 50; ++i) bytes += get("/" + std::to_string(i));
  client.send(bytes);
  for (int i = 0; i < 50; ++i) ASSERT_EQ(body_of(client.answer()), "GET /" + std::to_string(i));
  server_->stop(in_ms(5000));
  for (auto& thread : threads) thread.join();
}

TEST_F(ServerTest, TakesAHeadByteByByte) {
  start(echo_target);
  auto client = connect();
  for (const char c : get("/slowly")) client.send({&c, 1});
  EXPECT_EQ(body_of(client.answer()), "GET /slowly");
}

TEST_F(ServerTest, RefusesWhatIsNoRequestAndCloses) {
  start(echo_target);
  for (const auto& bytes : {std::string("\x16\x03\x01\x02"), std::string("{}"), get("/") .insert(0, "\r\n"),
                            std::string("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\nGET /smuggled HTTP/1.1\r\nHost: a\r\n\r\n")}) {
    auto client = connect();
    client.send(bytes);
    const auto all = client.read_to_end();
    EXPECT_THAT(all, StartsWith("HTTP/1.1 400 Bad Request\r\n"));
    EXPECT_THAT(all, HasSubstr("Connection: close\r\n"));
    EXPECT_THAT(all, HasSubstr("Content-Type: application/problem+json\r\n"));
    EXPECT_THAT(all, Not(HasSubstr("smuggled")));
  }
  EXPECT_EQ(server_->counters().requests, 0U);
  EXPECT_EQ(server_->counters().malformed, 4U);
}

TEST_F(ServerTest, RefusesTooLongAHeadWith431) {
  start(echo_target);
  auto client = connect();
  client.send("GET / HTTP/1.1\r\nHost: a\r\nX: " + std::string(40'000, 'a'));
  EXPECT_THAT(client.answer(), StartsWith("HTTP/1.1 431 "));
}

TEST_F(ServerTest, EndsASlowHeadWith408EvenWhenBytesTrickleIn) {
  start(echo_target, {.head_deadline = Duration(200)});
  auto client = connect();
  std::size_t sent = 0;
  client.send("GET / HTTP/1.1\r\nHost: a\r\nX: ");
  while (!client.something_within(20) && sent < 1000) sent += client.send("a");
  EXPECT_LT(sent, 1000U);
  EXPECT_THAT(client.answer(), StartsWith("HTTP/1.1 408 "));
}

TEST_F(ServerTest, ClosesAnIdleConnectionWithoutAWord) {
  start(echo_target, {.idle_deadline = Duration(100)});
  auto never = connect();
  auto once = connect();
  once.ask(get());
  EXPECT_EQ(never.read_to_end(), "");
  EXPECT_EQ(once.read_to_end(), "");
}

TEST_F(ServerTest, KeepsHttp10ConnectionsOnlyWhereAsked) {
  start(echo_target);
  auto client = connect();
  EXPECT_THAT(client.ask("GET / HTTP/1.0\r\nHost: a\r\nConnection: keep-alive\r\n\r\n"), HasSubstr("Connection: keep-alive\r\n"));
  EXPECT_THAT(client.ask("GET / HTTP/1.0\r\nHost: a\r\n\r\n"), HasSubstr("Connection: close\r\n"));
  EXPECT_TRUE(client.is_closed());
}

TEST_F(ServerTest, ClosesWhereTheClientAsks) {
  start(echo_target);
  auto client = connect();
  EXPECT_THAT(client.ask("GET / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n"), HasSubstr("Connection: close\r\n"));
  EXPECT_TRUE(client.is_closed());
}

TEST_F(ServerTest, AnswersAClientThatHasEndedSending) {
  start(echo_target);
  auto client = connect();
  client.send(get("/half"));
  client.end_sending();
  EXPECT_THAT(client.read_to_end(), HasSubstr("GET /half"));
}

TEST_F(ServerTest, Answers500WhereTheHandlerDropsTheExchangeOrThrows) {
  start([](std::unique_ptr<Exchange> exchange) {
    if (exchange->head().target == "/throw") throw std::runtime_error("broken");
  });
  for (const char* target : {"/drop", "/throw"}) {
    auto client = connect();
    EXPECT_THAT(client.ask(get(target)), StartsWith("HTTP/1.1 500 "));
    EXPECT_TRUE(client.is_closed());
  }
}

TEST_F(ServerTest, TellsTheHandlerWhoAsks) {
  start([](std::unique_ptr<Exchange> exchange) {
    std::string text = exchange->head().peer + (exchange->head().secure ? " secure" : " plain");
    exchange->respond({200, {}}, std::move(text));
  });
  auto client = connect();
  EXPECT_EQ(body_of(client.ask(get())), "127.0.0.1 plain");
}

TEST_F(ServerTest, SaysSoWhereTooManyConnectionsAreOpen) {
  start(echo_target, {.loops = 1, .connection_limit = 2});
  auto first = connect();
  auto second = connect();
  first.ask(get());
  second.ask(get());
  auto third = connect();
  const auto answer = third.answer();
  EXPECT_THAT(answer, StartsWith("HTTP/1.1 503 "));
  EXPECT_THAT(answer, HasSubstr("Retry-After: 1"));
  EXPECT_EQ(body_of(first.ask(get("/still"))), "GET /still");
}

TEST_F(ServerTest, TakesAUnixSocketOfOneUserAndRemovesIt) {
  const TemporaryFolder folder;
  const std::string path = folder.path() + "/admin.sock";
  start([](std::unique_ptr<Exchange> exchange) { std::string peer = exchange->head().peer; exchange->respond({200, {}}, std::move(peer)); },
        {.unix_path = path});
  struct stat status{};
  ASSERT_EQ(::stat(path.c_str(), &status), 0);
  EXPECT_EQ(status.st_mode & 0777, 0600U);
  const int socket = ::socket(AF_UNIX, SOCK_STREAM, 0);
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  path.copy(address.sun_path, sizeof address.sun_path - 1);
  ASSERT_EQ(::connect(socket, reinterpret_cast<sockaddr*>(&address), sizeof address), 0);
  ASSERT_GT(::send(socket, get().data(), get().size(), 0), 0);
  char bytes[1000];
  const auto got = ::recv(socket, bytes, sizeof bytes, 0);
  EXPECT_THAT(std::string(bytes, static_cast<std::size_t>(std::max<ssize_t>(got, 0))), HasSubstr("local"));
  ::close(socket);

  FunctionHandler other(echo_target);
  EXPECT_EQ(Server::start({.unix_path = path}, other, *logger_).error().code, ErrorCode::unavailable);
  server_->stop(in_ms(1000));
  EXPECT_FALSE(std::filesystem::exists(path));
}

TEST_F(ServerTest, TakesOverASocketFileThatADeadProcessLeft) {
  const TemporaryFolder folder;
  const std::string path = folder.path() + "/admin.sock";
  const int dead = ::socket(AF_UNIX, SOCK_STREAM, 0);
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  path.copy(address.sun_path, sizeof address.sun_path - 1);
  ASSERT_EQ(::bind(dead, reinterpret_cast<sockaddr*>(&address), sizeof address), 0);
  ::close(dead);
  start(echo_target, {.unix_path = path});
}

TEST_F(ServerTest, SaysWhatIsWrongWithAnAddress) {
  start(echo_target);
  FunctionHandler other(echo_target);
  EXPECT_EQ(Server::start({.port = server_->port()}, other, *logger_).error().code, ErrorCode::unavailable);
  EXPECT_EQ(Server::start({.address = "nowhere"}, other, *logger_).error().code, ErrorCode::invalid);
  EXPECT_EQ(Server::start({.address = "192.0.2.1"}, other, *logger_).error().code, ErrorCode::invalid);
}

TEST_F(ServerTest, LetsRunningExchangesEndWhenItStops) {
  std::promise<std::unique_ptr<Exchange>> came;
  start([&](std::unique_ptr<Exchange> exchange) { came.set_value(std::move(exchange)); });
  auto idle = connect();
  auto busy = connect();
  busy.send(get("/busy"));
  auto exchange = came.get_future().get();
  std::thread stopper([&] { server_->stop(in_ms(10'000)); });
  EXPECT_TRUE(idle.is_closed());
  exchange->respond({200, {}}, "at last");
  const auto answer = busy.read_to_end();
  EXPECT_THAT(answer, HasSubstr("at last"));
  EXPECT_THAT(answer, HasSubstr("Connection: close"));
  stopper.join();
}

TEST_F(ServerTest, CutsWhatHasNotEndedAtTheDeadline) {
  std::promise<std::unique_ptr<Exchange>> came;
  start([&](std::unique_ptr<Exchange> exchange) { came.set_value(std::move(exchange)); });
  auto client = connect();
  client.send(get());
  auto exchange = came.get_future().get();
  server_->stop(in_ms(50));
  server_->stop(in_ms(50));
  EXPECT_EQ(client.read_to_end(), "");
  server_.reset();
  handler_.reset();
  // The exchange outlives its server; its answer goes nowhere, and says so.
  Sent sent{.complete = true};
  exchange->respond({200, {}}, "too late", [&](Sent what) { sent = what; });
  EXPECT_FALSE(sent.complete);
}

TEST_F(ServerTest, ServesManyConnectionsFromManyThreads) {
  start(echo_target);
  std::vector<std::thread> threads;
  std::atomic<int> right = 0;
  for (int t = 0; t < 8; ++t) {
    threads.emplace_back([&] {
      for (int c = 0; c < 10; ++c) {
        auto client = connect();
        for (int i = 0; i < 20; ++i) right += body_of(client.ask(get("/x"))) == "GET /x";
      }
    });
  }
  for (auto& thread : threads) thread.join();
  EXPECT_EQ(right, 8 * 10 * 20);
}

}  // namespace
}  // namespace satchel::net
