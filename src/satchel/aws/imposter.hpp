// SPDX-License-Identifier: Apache-2.0
// For tests of clients: an HTTP server that keeps what it was asked and answers as the test says, or not at all. It stands on plain
// sockets, since what it is for (silence, hanging up before the answer) is what a proper server never does.
#pragma once

#include <gtest/gtest.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <chrono>
#include <functional>
#include <mutex>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "satchel/net/http.hpp"

namespace satchel::aws {

struct Asked {
  std::string method, target, body;
  net::Fields fields;

  std::string field(std::string_view name) const { return std::string(fields.find(name).value_or("")); }
};

struct Reply {
  enum class Way { answer, silence, hang_up };
  int status = 200;
  std::string body;
  net::Fields fields = {};
  Way way = Way::answer;
};

inline Reply silence() { return {.way = Reply::Way::silence}; }
inline Reply hang_up() { return {.way = Reply::Way::hang_up}; }

class Imposter {
 public:
  /// `answer` is called by one thread at a time.
  explicit Imposter(std::function<Reply(const Asked&)> answer) : answer_(std::move(answer)), listener_(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t size = sizeof address;
    EXPECT_EQ(::bind(listener_, reinterpret_cast<sockaddr*>(&address), size), 0);
    EXPECT_EQ(::listen(listener_, 16), 0);
    EXPECT_EQ(::getsockname(listener_, reinterpret_cast<sockaddr*>(&address), &size), 0);
    port_ = ntohs(address.sin_port);
    accepting_ = std::thread([this] { accept(); });
  }
  /// The replies in their order; the last one for all that comes later.
  explicit Imposter(std::vector<Reply> replies)
      : Imposter([replies = std::move(replies), next = std::size_t{0}](const Asked&) mutable { return replies[std::min(next++, replies.size() - 1)]; }) {}
  ~Imposter() {
    ::shutdown(listener_, SHUT_RDWR);
    accepting_.join();
    {
      const std::scoped_lock lock(mutex_);
      for (const int socket : sockets_) ::shutdown(socket, SHUT_RDWR);
    }
    for (std::thread& thread : threads_) thread.join();
    for (const int socket : sockets_) ::close(socket);
    ::close(listener_);
  }
  Imposter(const Imposter&) = delete;
  Imposter& operator=(const Imposter&) = delete;

  std::string url() const { return "http://127.0.0.1:" + std::to_string(port_); }
  std::vector<Asked> asked() const {
    const std::scoped_lock lock(mutex_);
    return asked_;
  }
  std::size_t connections() const {
    const std::scoped_lock lock(mutex_);
    return sockets_.size();
  }

 private:
  void accept() {
    for (;;) {
      const int socket = ::accept4(listener_, nullptr, nullptr, SOCK_CLOEXEC);
      if (socket < 0) return;
      const std::scoped_lock lock(mutex_);
      sockets_.push_back(socket);
      threads_.emplace_back([this, socket] { serve(socket); });
    }
  }

  void serve(int socket) {
    std::string have;
    for (;;) {
      const auto asked = read(socket, have);
      if (!asked) return;
      const Reply reply = reply_to(*asked);
      if (reply.way == Reply::Way::silence) continue;
      if (reply.way == Reply::Way::hang_up) {
        ::shutdown(socket, SHUT_RDWR);
        return;
      }
      std::string text = "HTTP/1.1 " + std::to_string(reply.status) + " Word\r\nContent-Length: " + std::to_string(reply.body.size()) + "\r\n";
      for (const net::Field& field : reply.fields) text += field.name + ": " + field.value + "\r\n";
      text += "\r\n" + reply.body;
      if (::send(socket, text.data(), text.size(), MSG_NOSIGNAL) != static_cast<ssize_t>(text.size())) return;
    }
  }

  Reply reply_to(const Asked& asked) {
    const std::scoped_lock lock(mutex_);
    asked_.push_back(asked);
    return answer_(asked);
  }

  /// Empty at the end of the connection.
  static std::optional<Asked> read(int socket, std::string& have) {
    while (have.find("\r\n\r\n") == std::string::npos) {
      if (!more(socket, have)) return std::nullopt;
    }
    Asked asked;
    std::string head = have.substr(0, have.find("\r\n\r\n") + 2);
    have.erase(0, head.size() + 2);
    asked.method = head.substr(0, head.find(' '));
    asked.target = head.substr(asked.method.size() + 1, head.find(' ', asked.method.size() + 1) - asked.method.size() - 1);
    for (std::size_t at = head.find("\r\n") + 2; at < head.size();) {
      const std::size_t end = head.find("\r\n", at), colon = head.find(": ", at);
      asked.fields.add(net::to_lower(head.substr(at, colon - at)), head.substr(colon + 2, end - colon - 2));
      at = end + 2;
    }
    const std::size_t length = std::stoul("0" + asked.field("content-length"));
    while (have.size() < length) {
      if (!more(socket, have)) return std::nullopt;
    }
    asked.body = have.substr(0, length);
    have.erase(0, length);
    return asked;
  }

  static bool more(int socket, std::string& have) {
    char bytes[65536];
    const auto got = ::recv(socket, bytes, sizeof bytes, 0);
    if (got > 0) have.append(bytes, static_cast<std::size_t>(got));
    return got > 0;
  }

  std::function<Reply(const Asked&)> answer_;
  int listener_;
  std::uint16_t port_ = 0;
  mutable std::mutex mutex_;
  std::vector<Asked> asked_;
  std::vector<int> sockets_;
  std::vector<std::thread> threads_;
  std::thread accepting_;
};

}  // namespace satchel::aws
