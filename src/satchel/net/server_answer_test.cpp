// SPDX-License-Identifier: Apache-2.0
// Answers on their way out.
#include <fcntl.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>
#include <numeric>
#include <thread>

#include "satchel/net/server_fixture.hpp"
#include "tests/support/temporary_folder.hpp"

namespace satchel::net {
namespace {

using testing::EndsWith;
using testing::HasSubstr;
using testing::Not;
using testing::StartsWith;

class ServerAnswer : public ServerTest {
 protected:
  /// A file whose bytes follow from their place.
  std::shared_ptr<const int> file_of(std::size_t size) {
    content_.resize(size);
    for (std::size_t i = 0; i < size; ++i) content_[i] = static_cast<char>(i * 2654435761U >> 13);
    const std::string path = folder_.path() + "/file";
    std::ofstream(path, std::ios::binary) << content_;
    return {new int(::open(path.c_str(), O_RDONLY | O_CLOEXEC)), [](const int* number) {
              ::close(*number);
              delete number;
            }};
  }

  TemporaryFolder folder_;
  std::string content_;
};

TEST_F(ServerAnswer, SendsAFileOf64MiB) {
  constexpr std::size_t size = 64 * 1024 * 1024;
  std::promise<Sent> sent;
  start([&, file = file_of(size)](std::unique_ptr<Exchange> exchange) {
    exchange->respond({200, {}}, std::vector<FileSlice>{{file, 0, size}}, [&](Sent what) { sent.set_value(what); });
  });
  auto client = connect();
  const auto answer = client.ask(get());
  EXPECT_TRUE(body_of(answer) == content_);
  const auto what = sent.get_future().get();
  EXPECT_TRUE(what.complete);
  EXPECT_EQ(what.body_bytes, size);
}

TEST_F(ServerAnswer, SendsSlicesInTheirOrder) {
  start([file = file_of(100'000)](std::unique_ptr<Exchange> exchange) {
    exchange->respond({206, {{"Content-Range", "bytes 7-50006/100000"}}}, std::vector<FileSlice>{{file, 90'000, 10'000}, {file, 0, 0}, {file, 7, 50'000}});
  });
  auto client = connect();
  const auto answer = client.ask(get());
  EXPECT_THAT(answer, HasSubstr("Content-Length: 60000\r\n"));
  EXPECT_TRUE(body_of(answer) == content_.substr(90'000) + content_.substr(7, 50'000));
  EXPECT_THAT(client.ask(get()), StartsWith("HTTP/1.1 206 "));
}

TEST_F(ServerAnswer, CutsTheConnectionWhereAFileIsShorterThanPromised) {
  std::promise<Sent> sent;
  start([&, file = file_of(1000)](std::unique_ptr<Exchange> exchange) {
    exchange->respond({200, {}}, std::vector<FileSlice>{{file, 0, 2000}}, [&](Sent what) { sent.set_value(what); });
  });
  auto client = connect();
  client.send(get());
  EXPECT_EQ(body_of(client.read_to_end()).size(), 1000U);
  EXPECT_FALSE(sent.get_future().get().complete);
}

TEST_F(ServerAnswer, ToHeadHasTheFramingAndNoBody) {
  start([file = file_of(1000)](std::unique_ptr<Exchange> exchange) {
    if (exchange->head().target == "/text") return exchange->respond({200, {}}, std::string(50, 'x'));
    exchange->respond({200, {}}, std::vector<FileSlice>{{file, 0, 1000}});
  });
  auto client = connect();
  client.send("HEAD /file HTTP/1.1\r\nHost: a\r\n\r\nHEAD /text HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n");
  const auto all = client.read_to_end();
  EXPECT_THAT(all, HasSubstr("Content-Length: 1000\r\n"));
  EXPECT_THAT(all, HasSubstr("Content-Length: 50\r\n"));
  EXPECT_THAT(all, EndsWith("\r\n\r\n"));
  EXPECT_THAT(all, Not(HasSubstr("xx")));
}

/// Gives so many pieces, each from a thread of its own.
class Pieces final : public BodySource {
 public:
  Pieces(int count, std::string piece, bool fails = false) : left_(count), piece_(std::move(piece)), fails_(fails) {}
  ~Pieces() override {
    if (thread_.joinable()) thread_.join();
  }
  void next(Callback callback) override {
    if (thread_.joinable()) thread_.join();
    thread_ = std::thread([this, callback = std::move(callback)]() mutable {
      if (left_-- > 0) return callback(piece_);
      if (fails_) return callback(fail(ErrorCode::internal, "broken"));
      callback(std::string());
    });
  }

 private:
  int left_;
  std::string piece_;
  bool fails_;
  std::thread thread_;
};

/// The same, at once.
class Immediate final : public BodySource {
 public:
  explicit Immediate(int count) : left_(count) {}
  void next(Callback callback) override { callback(left_-- > 0 ? std::string(1000, 'i') : std::string()); }

 private:
  int left_;
};

TEST_F(ServerAnswer, FromASourceIsChunkedOrOfTheLengthGiven) {
  start([](std::unique_ptr<Exchange> exchange) {
    const bool known = exchange->head().target == "/known";
    exchange->respond({200, {}}, std::make_unique<Pieces>(3, "abcde"), known ? std::optional<std::uint64_t>(15) : std::nullopt);
  });
  auto client = connect();
  client.send(get("/chunked"));
  const auto answer = client.read_to("0\r\n\r\n");
  EXPECT_THAT(answer, HasSubstr("Transfer-Encoding: chunked\r\n"));
  EXPECT_EQ(body_of(answer), "5\r\nabcde\r\n5\r\nabcde\r\n5\r\nabcde\r\n0\r\n\r\n");
  EXPECT_EQ(body_of(client.ask(get("/known"))), "abcdeabcdeabcde");
  // HTTP/1.0 knows no chunks: the end of the connection is the end of the body.
  client.send("GET /chunked HTTP/1.0\r\nHost: a\r\nConnection: keep-alive\r\n\r\n");
  EXPECT_THAT(client.read_to_end(), EndsWith("\r\n\r\nabcdeabcdeabcde"));
}

TEST_F(ServerAnswer, FromASourceThatAnswersAtOnceNeedsNoDeepStack) {
  start([](std::unique_ptr<Exchange> exchange) { exchange->respond({200, {}}, std::make_unique<Immediate>(20'000), 20'000'000); });
  auto client = connect();
  EXPECT_EQ(body_of(client.ask(get())).size(), 20'000'000U);
}

TEST_F(ServerAnswer, FromASourceThatFailsOrBreaksItsLengthIsCutOff) {
  start([](std::unique_ptr<Exchange> exchange) {
    if (exchange->head().target == "/fails") return exchange->respond({200, {}}, std::make_unique<Pieces>(1, "abc", true), std::nullopt);
    exchange->respond({200, {}}, std::make_unique<Pieces>(2, "abc"), exchange->head().target == "/long" ? 4 : 7);
  });
  for (const char* target : {"/fails", "/long", "/short"}) {
    auto client = connect();
    client.send(get(target));
    const auto all = client.read_to_end();
    EXPECT_THAT(all, Not(EndsWith("0\r\n\r\n")));
    EXPECT_TRUE(client.is_closed());
  }
}

TEST_F(ServerAnswer, CannotBeSplitByAHeaderValue) {
  using namespace std::string_literals;
  for (const auto& value : {"x\r\nSet-Cookie: stolen=1"s, "x\r\n\r\n<script>"s, "x\ny"s, "x\0y"s}) {
    start([value](std::unique_ptr<Exchange> exchange) { exchange->respond({200, {{"Location", value}}}, "body"); });
    auto client = connect();
    const auto answer = client.ask(get());
    EXPECT_THAT(answer, StartsWith("HTTP/1.1 500 "));
    EXPECT_THAT(answer, Not(HasSubstr("Set-Cookie")));
    EXPECT_THAT(answer, Not(HasSubstr("script")));
  }
}

TEST_F(ServerAnswer, TellsOfAClientThatLeavesInTheMiddle) {
  constexpr std::size_t size = 64 * 1024 * 1024;
  std::promise<Sent> sent;
  start([&, file = file_of(size)](std::unique_ptr<Exchange> exchange) {
    exchange->respond({200, {}}, std::vector<FileSlice>{{file, 0, size}}, [&](Sent what) { sent.set_value(what); });
  });
  {
    auto client = connect();
    client.send(get());
    client.read_bytes(100'000);
  }
  const auto what = sent.get_future().get();
  EXPECT_FALSE(what.complete);
  EXPECT_LT(what.body_bytes, size);
}

TEST_F(ServerAnswer, ThatNobodyReadsIsEndedByTheStallDeadline) {
  constexpr std::size_t size = 64 * 1024 * 1024;
  std::promise<Sent> sent;
  start([&, file = file_of(size)](std::unique_ptr<Exchange> exchange) {
    exchange->respond({200, {}}, std::vector<FileSlice>{{file, 0, size}}, [&](Sent what) { sent.set_value(what); });
  },
        {.stall_deadline = Duration(200)});
  auto client = connect();
  client.send(get());
  EXPECT_FALSE(sent.get_future().get().complete);
}

TEST_F(ServerAnswer, WithoutABodyHasNoLength) {
  start([](std::unique_ptr<Exchange> exchange) { exchange->respond({exchange->head().target == "/304" ? 304 : 204, {}}, ""); });
  auto client = connect();
  client.send(get("/204") + get("/304"));
  for (int i = 0; i < 2; ++i) EXPECT_THAT(client.read_to("\r\n\r\n"), Not(HasSubstr("Content-Length")));
}

}  // namespace
}  // namespace satchel::net
