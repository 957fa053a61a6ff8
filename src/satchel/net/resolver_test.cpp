// SPDX-License-Identifier: Apache-2.0
// The resolver against a name server that says what a test wants, or nothing.
#include "satchel/net/resolver.hpp"

#include <arpa/inet.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <netinet/in.h>
#include <unistd.h>

#include <array>
#include <functional>
#include <thread>

namespace satchel::net {
namespace {

using testing::ElementsAre;

std::vector<std::string> texts(const Addresses& addresses) {
  std::vector<std::string> texts;
  for (const Address& address : addresses) {
    std::array<char, INET6_ADDRSTRLEN> text{};
    const auto* v4 = reinterpret_cast<const sockaddr_in*>(&address.storage);
    const auto* v6 = reinterpret_cast<const sockaddr_in6*>(&address.storage);
    const bool is_v4 = address.storage.ss_family == AF_INET;
    inet_ntop(address.storage.ss_family, is_v4 ? static_cast<const void*>(&v4->sin_addr) : &v6->sin6_addr, text.data(), text.size());
    texts.push_back(std::string(text.data()) + ' ' + std::to_string(ntohs(is_v4 ? v4->sin_port : v6->sin6_port)));
  }
  return texts;
}

/// Answers each question (RFC 1035) with an IPv4 address, or with a code that says that there is none; silent where it is -1.
class NameServer {
 public:
  explicit NameServer(int code) : code_(code) {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t size = sizeof address;
    EXPECT_EQ(bind(socket_, reinterpret_cast<const sockaddr*>(&address), size), 0);
    getsockname(socket_, reinterpret_cast<sockaddr*>(&address), &size);
    port_ = ntohs(address.sin_port);
    thread_ = std::jthread([this] { serve(); });
  }
  ~NameServer() {
    // A word to itself, and it ends.
    sockaddr_in self{};
    self.sin_family = AF_INET;
    self.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    self.sin_port = htons(port_);
    sendto(socket_, "", 0, 0, reinterpret_cast<const sockaddr*>(&self), sizeof self);
    thread_.join();
    close(socket_);
  }
  std::string place() const { return "127.0.0.1:" + std::to_string(port_); }

 private:
  void serve() {
    for (;;) {
      std::array<unsigned char, 512> packet{};
      sockaddr_in from{};
      socklen_t size = sizeof from;
      const ssize_t got = recvfrom(socket_, packet.data(), packet.size() - 16, 0, reinterpret_cast<sockaddr*>(&from), &size);
      if (got < 12) return;
      if (code_ < 0) continue;
      std::size_t end = 12;
      while (packet[end] != 0) end += packet[end] + 1u;
      end += 5;  // the root's length, type, class
      const bool v4 = packet[end - 3] == 1;
      packet[2] = 0x81;
      packet[3] = static_cast<unsigned char>(0x80 | code_);
      packet[7] = code_ == 0 && v4 ? 1 : 0;
      packet[11] = 0;  // no additional records
      const std::array<unsigned char, 16> answer{0xC0, 12, 0, 1, 0, 1, 0, 0, 0, 60, 0, 4, 192, 0, 2, 7};
      if (packet[7] == 1) std::copy(answer.begin(), answer.end(), packet.begin() + static_cast<std::ptrdiff_t>(end));
      sendto(socket_, packet.data(), end + (packet[7] == 1 ? answer.size() : 0), 0, reinterpret_cast<const sockaddr*>(&from), size);
    }
  }

  int code_;
  int socket_ = ::socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
  std::uint16_t port_ = 0;
  std::jthread thread_;
};

constexpr Duration kLong{20'000};

TEST(Resolver, ANumericHostIsItself) {
  EXPECT_THAT(texts(resolve("192.0.2.1", 80, kLong).value()), ElementsAre("192.0.2.1 80"));
  EXPECT_THAT(texts(resolve("2001:db8::1", 443, kLong).value()), ElementsAre("2001:db8::1 443"));
}

TEST(Resolver, LocalhostIsThisComputerWhateverTheNameServerSays) {
  const NameServer server(3);
  for (const char* name : {"localhost", "bucket.localhost"}) EXPECT_THAT(texts(resolve(name, 80, kLong, server.place()).value()), ElementsAre("127.0.0.1 80", "::1 80"));
  EXPECT_FALSE(resolve("mylocalhost", 80, kLong, server.place()));
}

TEST(Resolver, AsksTheNameServer) {
  const NameServer server(0);
  EXPECT_THAT(texts(resolve("some.example", 8443, kLong, server.place()).value()), ElementsAre("192.0.2.7 8443"));
}

TEST(Resolver, SaysWhichNameIsNotKnown) {
  const NameServer server(3);
  const auto found = resolve("none.example", 80, kLong, server.place());
  EXPECT_EQ(found.error().code, ErrorCode::unavailable);
  EXPECT_THAT(found.error().message, testing::HasSubstr("'none.example' is not known"));
}

TEST(Resolver, ASilentNameServerHoldsNobodyBeyondTheDeadline) {
  const NameServer server(-1);
  const auto begun = std::chrono::steady_clock::now();
  EXPECT_EQ(resolve("some.example", 80, Duration{50}, server.place()).error().code, ErrorCode::deadline_exceeded);
  EXPECT_LT(std::chrono::steady_clock::now() - begun, std::chrono::seconds{4}) << "c-ares alone would wait five";
}

}  // namespace
}  // namespace satchel::net
