// SPDX-License-Identifier: Apache-2.0
// Bodies on their way in.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <condition_variable>
#include <mutex>
#include <thread>
#include <vector>

#include "satchel/net/server_fixture.hpp"

namespace satchel::net {
namespace {

using testing::HasSubstr;
using testing::Not;
using testing::StartsWith;

class ServerBody : public ServerTest {
 protected:
  static void count(std::unique_ptr<Exchange> exchange) { count_body(std::move(exchange)); }
  static void echo_all(std::unique_ptr<Exchange> exchange, std::size_t limit) {
    std::shared_ptr<Exchange> shared = std::move(exchange);
    shared->read_all(limit, [shared](Result<std::string> body) {
      if (!body) return shared->respond({http_status(body.error().code), {}}, body.error().message);
      shared->respond({200, {}}, std::move(*body));
    });
  }
};

TEST_F(ServerBody, IsStreamedInPiecesOfTheBufferSize) {
  start(count, {.buffer_size = 64 * 1024, .buffer_budget = 128 * 1024});
  auto client = connect();
  constexpr std::size_t size = 20 * 1024 * 1024;
  client.send(put(size));
  client.send(std::string(size, 'x'));
  EXPECT_EQ(body_of(client.answer()), std::to_string(size));
  EXPECT_EQ(body_of(client.ask(put(3) + "abc")), "3");
  EXPECT_EQ(server_->counters().buffers_now, 0U);
}

TEST_F(ServerBody, IsDecodedFromChunksAndFollowedByTheNextRequest) {
  start([](std::unique_ptr<Exchange> exchange) { echo_all(std::move(exchange), 1'000'000); });
  auto client = connect();
  std::string text, bytes = "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n";
  for (int i = 0; i < 300; ++i) {
    const std::string piece(static_cast<std::size_t>(i * 7 % 2000 + 1), static_cast<char>('a' + i % 26));
    char size[16];
    std::snprintf(size, sizeof size, "%zx\r\n", piece.size());
    bytes += size + piece + "\r\n";
    text += piece;
  }
  bytes += "0\r\nX-Trailer: dropped\r\n\r\n" + put(2) + "ok";
  std::thread sender([&] { client.send(bytes); });
  EXPECT_EQ(body_of(client.answer()), text);
  EXPECT_EQ(body_of(client.answer()), "ok");
  sender.join();
}

TEST_F(ServerBody, OfChunksStreamsAsWell) {
  start(count);
  auto client = connect();
  client.send("POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n");
  const std::string chunk = "100000\r\n" + std::string(0x100000, 'x') + "\r\n";
  for (int i = 0; i < 10; ++i) client.send(chunk);
  client.send("0\r\n\r\n");
  EXPECT_EQ(body_of(client.answer()), std::to_string(10 * 0x100000));
}

TEST_F(ServerBody, WithBrokenChunksIsAnErrorAndClosesTheConnection) {
  for (const char* bytes : {"5;a=b\r\nhello\r\n0\r\n\r\n", "zz\r\n", "5\r\nhelloXX"}) {
    start(count);
    auto client = connect();
    client.send("POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n" + std::string(bytes));
    EXPECT_THAT(client.answer(), StartsWith("HTTP/1.1 400 "));
    EXPECT_TRUE(client.is_closed());
  }
}

TEST_F(ServerBody, LargerThanTheLimitIsRefusedBeforeItComes) {
  start([](std::unique_ptr<Exchange> exchange) { echo_all(std::move(exchange), 100); });
  auto client = connect();
  EXPECT_THAT(client.ask(put(1'000'000'000)), StartsWith("HTTP/1.1 413 "));
  auto chunked = connect();
  chunked.send("POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n3c\r\n" + std::string(60, 'x') + "\r\n3c\r\n" + std::string(60, 'x'));
  EXPECT_THAT(chunked.answer(), StartsWith("HTTP/1.1 413 "));
  auto fits = connect();
  EXPECT_EQ(body_of(fits.ask(put(100) + std::string(100, 'y'))), std::string(100, 'y'));
}

TEST_F(ServerBody, IsAskedForByContinueAtTheFirstRead) {
  start(count);
  auto client = connect();
  client.send(put(5, "Expect: 100-continue\r\n"));
  EXPECT_EQ(client.read_to("\r\n\r\n"), "HTTP/1.1 100 Continue\r\n\r\n");
  EXPECT_EQ(body_of(client.ask("hello")), "5");
  EXPECT_EQ(body_of(client.ask(put(2) + "ok")), "2");
}

TEST_F(ServerBody, ThatIsThereAlreadyIsNotAskedFor) {
  start(count);
  auto client = connect();
  EXPECT_THAT(client.ask(put(5, "Expect: 100-continue\r\n") + "hello"), StartsWith("HTTP/1.1 200 "));
}

TEST_F(ServerBody, ThatIsRefusedBeforeContinueNeverComes) {
  start([](std::unique_ptr<Exchange> exchange) { exchange->respond({403, {}}, "no"); });
  auto client = connect();
  const auto answer = client.ask(put(5, "Expect: 100-continue\r\n"));
  EXPECT_THAT(answer, StartsWith("HTTP/1.1 403 "));
  EXPECT_THAT(answer, HasSubstr("Connection: close"));
}

TEST_F(ServerBody, UnreadAndSmallIsDroppedAndTheConnectionGoesOn) {
  start([](std::unique_ptr<Exchange> exchange) { exchange->respond({403, {}}, "no"); });
  auto client = connect();
  client.send(put(100'000));
  EXPECT_THAT(client.answer(), Not(HasSubstr("Connection: close")));
  client.send(std::string(100'000, 'x') + get());
  EXPECT_THAT(client.answer(), StartsWith("HTTP/1.1 403 "));
}

TEST_F(ServerBody, UnreadAndLargeEndsTheConnectionButTheClientGetsItsAnswer) {
  start([](std::unique_ptr<Exchange> exchange) { exchange->respond({403, {}}, "not for you"); });
  auto client = connect();
  client.send(put(20'000'000));
  EXPECT_TRUE(client.send(std::string(20'000'000, 'x')));
  const auto all = client.read_to_end();
  EXPECT_THAT(all, HasSubstr("Connection: close"));
  EXPECT_THAT(all, HasSubstr("not for you"));
}

TEST_F(ServerBody, ThatStallsIsDeadlineExceeded) {
  start(count, {.stall_deadline = Duration(150)});
  auto client = connect();
  client.send(put(100) + "some");
  EXPECT_THAT(client.answer(), StartsWith("HTTP/1.1 504 "));
  EXPECT_TRUE(client.is_closed());
}

TEST_F(ServerBody, ThatTricklesBelowTheMinimumRateIsEnded) {
  start(count, {.stall_deadline = Duration(5'000), .minimum_rate = 100'000, .rate_grace = Duration(200)});
  auto client = connect();
  client.send(put(1'000'000));
  int sent = 0;
  while (!client.something_within(10) && sent < 2'000) sent += client.send("x");
  EXPECT_LT(sent, 2'000);
  EXPECT_THAT(client.answer(), StartsWith("HTTP/1.1 504 "));
}

TEST_F(ServerBody, CutOffByTheClientIsUnavailable) {
  std::promise<ErrorCode> code;
  start([&](std::unique_ptr<Exchange> exchange) {
    std::shared_ptr<Exchange> shared = std::move(exchange);
    shared->read_all(1000, [&, shared](Result<std::string> body) { code.set_value(body ? ErrorCode::internal : body.error().code); });
  });
  {
    auto client = connect();
    client.send(put(100) + "some");
  }
  EXPECT_EQ(code.get_future().get(), ErrorCode::unavailable);
}

/// Far more uploads than buffers, read by slow handlers on threads of their own: all end, none fails.
TEST_F(ServerBody, OfManyUploadsSharesFewBuffers) {
  constexpr std::size_t size = 600'000;
  constexpr int uploads = 40;
  std::mutex mutex;
  std::vector<std::thread> workers;
  std::atomic<std::uint64_t> most = 0;
  start(
      [&](std::unique_ptr<Exchange> exchange) {
        std::shared_ptr<Exchange> shared = std::move(exchange);
        const std::scoped_lock lock(mutex);
        workers.emplace_back([&, shared] {
          std::uint64_t sum = 0;
          for (;;) {
            std::promise<Result<Buffer>> promise;
            shared->read([&](Result<Buffer> piece) { promise.set_value(std::move(piece)); });
            auto piece = promise.get_future().get();
            most = std::max<std::uint64_t>(most, server_->counters().buffers_now);
            if (!piece) return shared->respond({500, {}}, piece.error().message);
            if (piece->empty()) return shared->respond({200, {}}, std::to_string(sum));
            sum += piece->bytes().size();
          }
        });
      },
      {.buffer_size = 16 * 1024, .buffer_budget = 64 * 1024});
  std::vector<std::thread> clients;
  std::atomic<int> right = 0;
  for (int i = 0; i < uploads; ++i) {
    clients.emplace_back([&] {
      auto client = connect();
      client.send(put(size));
      client.send(std::string(size, 'x'));
      right += body_of(client.answer()) == std::to_string(size);
    });
  }
  for (auto& client : clients) client.join();
  server_->stop(in_ms(5'000));
  for (auto& worker : workers) worker.join();
  EXPECT_EQ(right, uploads);
  EXPECT_LE(most, 4U);
  EXPECT_EQ(server_->counters().buffers_now, 0U);
}

TEST_F(ServerBody, OfASlowClientHoldsNoBuffer) {
  start(count, {.buffer_size = 16 * 1024, .buffer_budget = 16 * 1024});
  std::vector<RawClient> slow;
  for (int i = 0; i < 20; ++i) {
    slow.push_back(connect());
    slow.back().send(put(100) + "x");
  }
  auto client = connect();
  client.send(put(1'000'000));
  client.send(std::string(1'000'000, 'x'));
  EXPECT_EQ(body_of(client.answer()), "1000000");
  EXPECT_EQ(server_->counters().buffers_now, 0U);
}

}  // namespace
}  // namespace satchel::net
