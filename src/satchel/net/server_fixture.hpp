// SPDX-License-Identifier: Apache-2.0
// For tests of the server: a handler made of one function, a server on loopback, and a client that writes and reads raw bytes.
#pragma once

#include <gtest/gtest.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <chrono>
#include <cstring>
#include <functional>
#include <future>
#include <memory>
#include <string>
#include <string_view>
#include <utility>

#include "satchel/base/log.hpp"
#include "satchel/net/server.hpp"

namespace satchel::net {

class FunctionHandler final : public Handler {
 public:
  using Function = std::function<void(std::unique_ptr<Exchange>)>;
  explicit FunctionHandler(Function function) : function_(std::move(function)) {}
  void handle(std::unique_ptr<Exchange> exchange) override { function_(std::move(exchange)); }
  std::string problem(int status, std::string_view sentence) override {
    return "{\"status\":" + std::to_string(status) + ",\"title\":\"" + std::string(sentence) + "\"}";
  }

 private:
  Function function_;
};

inline Time in_ms(int milliseconds) {
  return std::chrono::time_point_cast<Duration>(std::chrono::system_clock::now()) + Duration(milliseconds);
}

/// A TCP connection to 127.0.0.1 that waits at most ten seconds for anything.
class RawClient {
 public:
  explicit RawClient(std::uint16_t port) : socket_(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(port);
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    const int on = 1;
    ::setsockopt(socket_, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    EXPECT_EQ(::connect(socket_, reinterpret_cast<sockaddr*>(&address), sizeof address), 0) << std::strerror(errno);
  }
  ~RawClient() {
    if (socket_ >= 0) ::close(socket_);
  }
  RawClient(RawClient&& other) noexcept : socket_(std::exchange(other.socket_, -1)), have_(std::move(other.have_)) {}
  RawClient(const RawClient&) = delete;
  RawClient& operator=(const RawClient&) = delete;

  int socket() const { return socket_; }
  bool send(std::string_view bytes) {
    while (!bytes.empty()) {
      const auto went = ::send(socket_, bytes.data(), bytes.size(), MSG_NOSIGNAL);
      if (went <= 0) return false;
      bytes.remove_prefix(static_cast<std::size_t>(went));
    }
    return true;
  }
  void end_sending() { ::shutdown(socket_, SHUT_WR); }

  /// Everything up to and with the mark; all there is where the server closes or nothing comes.
  std::string read_to(std::string_view mark) {
    for (;;) {
      if (const auto at = have_.find(mark); at != std::string::npos) return take(at + mark.size());
      if (!more()) return take(have_.size());
    }
  }
  std::string read_bytes(std::size_t count) {
    while (have_.size() < count && more()) {}
    return take(std::min(count, have_.size()));
  }
  std::string read_to_end() {
    while (more()) {}
    return take(have_.size());
  }
  /// Head and body of an answer with Content-Length.
  std::string answer() {
    std::string text = read_to("\r\n\r\n");
    const auto at = text.find("Content-Length: ");
    if (at != std::string::npos) text += read_bytes(std::stoul(text.substr(at + 16)));
    return text;
  }
  std::string ask(std::string_view bytes) {
    send(bytes);
    return answer();
  }
  bool is_closed() {
    while (more()) {}
    return closed_;
  }
  /// Whether something comes within that time.
  bool something_within(int milliseconds) {
    pollfd one{socket_, POLLIN, 0};
    return !have_.empty() || ::poll(&one, 1, milliseconds) == 1;
  }

 private:
  bool more() {
    pollfd one{socket_, POLLIN, 0};
    if (::poll(&one, 1, 10'000) != 1) return false;
    char bytes[65536];
    const auto got = ::recv(socket_, bytes, sizeof bytes, 0);
    closed_ = got <= 0;
    if (got > 0) have_.append(bytes, static_cast<std::size_t>(got));
    return got > 0;
  }
  std::string take(std::size_t count) {
    std::string taken = have_.substr(0, count);
    have_.erase(0, count);
    return taken;
  }

  int socket_;
  bool closed_ = false;
  std::string have_;
};

class ServerTest : public testing::Test {
 protected:
  void start(FunctionHandler::Function function, ServerOptions options = {}) {
    server_.reset();
    if (options.loops == 0) options.loops = 2;
    handler_ = std::make_unique<FunctionHandler>(std::move(function));
    auto started = Server::start(options, *handler_, *logger_);
    ASSERT_TRUE(started) << started.error().message << " " << started.error().detail;
    server_ = std::move(*started);
  }
  RawClient connect() { return RawClient(server_->port()); }

  static void echo_target(std::unique_ptr<Exchange> exchange) {
    std::string text = exchange->head().method + " " + exchange->head().target;
    exchange->respond({200, {}}, std::move(text));
  }
  /// Reads the whole body piece by piece and then answers with how much it was.
  static void count_body(std::shared_ptr<Exchange> exchange, std::uint64_t so_far = 0) {
    auto& reader = *exchange;
    reader.read([exchange = std::move(exchange), so_far](Result<Buffer> piece) mutable {
      if (!piece) return exchange->respond({http_status(piece.error().code), {}}, piece.error().message);
      if (piece->empty()) return exchange->respond({200, {}}, std::to_string(so_far));
      const auto sum = so_far + piece->bytes().size();
      *piece = Buffer();
      count_body(std::move(exchange), sum);
    });
  }

  std::unique_ptr<Logger> logger_ = null_logger();
  std::unique_ptr<FunctionHandler> handler_;
  std::unique_ptr<Server> server_;
};

inline std::string get(std::string_view target = "/") { return "GET " + std::string(target) + " HTTP/1.1\r\nHost: a\r\n\r\n"; }
inline std::string put(std::size_t length, std::string_view more = "") {
  return "PUT / HTTP/1.1\r\nHost: a\r\nContent-Length: " + std::to_string(length) + "\r\n" + std::string(more) + "\r\n";
}
inline std::string body_of(const std::string& answer) { return answer.substr(std::min(answer.size(), answer.find("\r\n\r\n") + 4)); }

}  // namespace satchel::net
