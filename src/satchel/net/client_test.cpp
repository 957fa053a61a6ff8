// SPDX-License-Identifier: Apache-2.0
// The client against our own server, and against raw sockets that misbehave.
#include "satchel/net/client.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <atomic>
#include <thread>

#include "satchel/net/server_fixture.hpp"

namespace satchel::net {
namespace {

/// A listener that answers each connection with fixed bytes, piece by piece, and then closes it.
class Misbehaving {
 public:
  explicit Misbehaving(std::vector<std::string> answers) : socket_(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t size = sizeof address;
    EXPECT_EQ(::bind(socket_, reinterpret_cast<sockaddr*>(&address), size), 0);
    EXPECT_EQ(::listen(socket_, 16), 0);
    ::getsockname(socket_, reinterpret_cast<sockaddr*>(&address), &size);
    port_ = ntohs(address.sin_port);
    thread_ = std::jthread([this, answers = std::move(answers)] {
      for (const std::string& answer : answers) {
        const int connection = ::accept(socket_, nullptr, nullptr);
        if (connection < 0) return;
        std::string seen;
        char bytes[4096];
        while (!seen.contains("\r\n\r\n")) {
          const auto got = ::recv(connection, bytes, sizeof bytes, 0);
          if (got <= 0) break;
          seen.append(bytes, static_cast<std::size_t>(got));
        }
        for (const char c : answer) (void)::send(connection, &c, 1, MSG_NOSIGNAL);
        if (answer.empty()) held_ = connection;  // silence: closed when the test ends
        if (!answer.empty()) ::close(connection);
      }
    });
  }
  ~Misbehaving() {
    ::shutdown(socket_, SHUT_RDWR);
    ::close(socket_);
    thread_.join();
    if (held_ >= 0) ::close(held_);
  }
  std::string url() const { return "http://127.0.0.1:" + std::to_string(port_) + "/"; }

 private:
  int socket_, held_ = -1;
  std::uint16_t port_ = 0;
  std::jthread thread_;
};

class ClientTest : public ServerTest {
 protected:
  Result<ClientResponse> send(const ClientRequest& request, const BodySink& sink = {}) { return client_->send(request, in_ms(10'000), sink); }
  Result<ClientResponse> get(const std::string& url) { return send({.url = Url::parse(url).value()}); }
  std::string here(const std::string& target) const { return "http://127.0.0.1:" + std::to_string(server_->port()) + target; }

  std::unique_ptr<Clock> clock_ = system_clock();
  std::unique_ptr<Client> client_ = Client::create({}, *clock_);
};

TEST(Url, TakesWebAddressesAndNothingElse) {
  EXPECT_EQ(Url::parse("https://h")->target, "/");
  EXPECT_EQ(Url::parse("https://h?x=1")->target, "/?x=1");
  EXPECT_EQ(Url::parse("http://h:8420/a%20b")->port, 8420);
  EXPECT_EQ(Url::parse("http://[::1]:80/")->origin(), "http://[::1]");
  EXPECT_EQ(Url::parse("https://h:8443")->origin(), "https://h:8443");
  for (const char* bad : {"", "h", "ftp://h", "http://", "http://u@h/", "http://h:0/", "http://h:x/", "http://h:99999/", "http://h/#f", "http://h/a b", "http://[::1", "http://h/\n",
                          "http://h\\@x/"}) {
    EXPECT_FALSE(Url::parse(bad)) << bad;
  }
}

TEST_F(ClientTest, SendsAndReceivesBodiesOfEveryKind) {
  start([](std::unique_ptr<Exchange> exchange) {
    auto& reader = *exchange;
    reader.read_all(1 << 20, [exchange = std::move(exchange)](Result<std::string> body) mutable {
      exchange->respond({200, {{"x-method", exchange->head().method}}}, *body);
    });
  });
  EXPECT_EQ(send({.method = "POST", .url = Url::parse(here("/")).value(), .body = "hello"})->body, "hello");
  std::size_t left = 300'000;
  const auto streamed = send({.method = "PUT",
                              .url = Url::parse(here("/")).value(),
                              .body_reader = [&](std::span<std::byte> into) -> Result<std::size_t> {
                                const std::size_t now = std::min(left, into.size());
                                std::ranges::fill(into.first(now), std::byte{'x'});
                                left -= now;
                                return now;
                              },
                              .body_length = 300'000});
  EXPECT_EQ(streamed->body, std::string(300'000, 'x'));
  std::string sunk;
  const auto received = send({.method = "POST", .url = Url::parse(here("/")).value(), .body = "sink"}, [&](std::span<const std::byte> piece) -> Result<void> {
    sunk.append(reinterpret_cast<const char*>(piece.data()), piece.size());
    return {};
  });
  EXPECT_EQ(sunk, "sink");
  EXPECT_EQ(received->body, "");
  EXPECT_EQ(server_->counters().connections, 1U) << "one connection served them all";
}

TEST_F(ClientTest, AnAnswerToHeadHasNoBody) {
  start(echo_target);
  EXPECT_EQ(send({.method = "HEAD", .url = Url::parse(here("/x")).value()})->status, 200);
  EXPECT_EQ(get(here("/y"))->body, "GET /y");
}

TEST_F(ClientTest, ReadsChunksAndBodiesThatEndWithTheConnection) {
  const Misbehaving server({"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n6\r\n world\r\n0\r\n\r\n", "HTTP/1.1 200 OK\r\n\r\nto the end",
                            "HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 201 Created\r\nContent-Length: 2\r\n\r\nok"});
  EXPECT_EQ(get(server.url())->body, "hello world");
  EXPECT_EQ(get(server.url())->body, "to the end");
  EXPECT_EQ(get(server.url())->status, 201);
}

TEST_F(ClientTest, TellsWhatIsBrokenFromWhatWasCutOff) {
  const Misbehaving server({"HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nshort", "nonsense\r\n\r\n", "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n", "HTTP/1.1 200"});
  EXPECT_EQ(get(server.url()).error().code, ErrorCode::unavailable);
  EXPECT_EQ(get(server.url()).error().code, ErrorCode::invalid);
  EXPECT_EQ(get(server.url()).error().code, ErrorCode::invalid);
  EXPECT_EQ(get(server.url()).error().code, ErrorCode::unavailable);
  EXPECT_EQ(get("http://127.0.0.1:1/").error().code, ErrorCode::unavailable);
}

TEST_F(ClientTest, WaitsNoLongerThanItsDeadline) {
  const Misbehaving server({""});
  EXPECT_EQ(client_->send({.url = Url::parse(server.url()).value()}, in_ms(50)).error().code, ErrorCode::deadline_exceeded);
}

TEST_F(ClientTest, ReplacesAConnectionThatDiedWhileItWasIdle) {
  start(echo_target);
  const std::string url = here("/again");
  ASSERT_TRUE(get(url));
  const std::uint16_t port = server_->port();
  start(echo_target, {.port = port});
  EXPECT_EQ(get(url)->body, "GET /again");
}

TEST_F(ClientTest, HoldsNoMoreOfAnAnswerThanAllowed) {
  start([](std::unique_ptr<Exchange> exchange) { exchange->respond({200, {}}, std::string(2000, 'x')); });
  client_ = Client::create({.body_limit = 1000}, *clock_);
  EXPECT_EQ(get(here("/")).error().code, ErrorCode::too_large);
}

TEST_F(ClientTest, SendsNoHeaderThatBreaksOut) {
  start(echo_target);
  EXPECT_EQ(send({.url = Url::parse(here("/")).value(), .fields = {{"x", "a\r\nb: c"}}}).error().code, ErrorCode::invalid);
}

TEST_F(ClientTest, HearsARefusalThatComesBeforeTheBodyIsSent) {
  start([](std::unique_ptr<Exchange> exchange) { exchange->respond({413, {}}, "too large"); });
  const auto answer = send({.method = "PUT",
                            .url = Url::parse(here("/")).value(),
                            .body_reader = [](std::span<std::byte> into) -> Result<std::size_t> { return into.size(); },
                            .body_length = 64 * 1024 * 1024});
  ASSERT_TRUE(answer) << answer.error().message;
  EXPECT_EQ(answer->status, 413);
}

TEST_F(ClientTest, TheSinksErrorEndsTheTransfer) {
  start([](std::unique_ptr<Exchange> exchange) { exchange->respond({200, {}}, std::string(100'000, 'x')); });
  const auto answer = send({.url = Url::parse(here("/")).value()}, [](std::span<const std::byte>) -> Result<void> { return fail(ErrorCode::conflict, "enough"); });
  EXPECT_EQ(answer.error().code, ErrorCode::conflict);
}

TEST_F(ClientTest, TalksOverAUnixSocket) {
  std::string folder = "/tmp/satchel-net-XXXXXX";
  ASSERT_TRUE(::mkdtemp(folder.data()));
  const std::string path = folder + "/s";
  start(echo_target, {.unix_path = path});
  client_ = Client::create({.unix_path = path}, *clock_);
  EXPECT_EQ(get("http://local/x")->body, "GET /x");
  server_.reset();
  ::unlink(path.c_str());
  ::rmdir(folder.c_str());
}

}  // namespace
}  // namespace satchel::net
