// SPDX-License-Identifier: Apache-2.0
#include "satchel/net/resolver.hpp"

#include <ares.h>
#include <arpa/inet.h>
#include <fmt/format.h>
#include <netinet/in.h>
#include <poll.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <cstring>
#include <memory>
#include <optional>

namespace satchel::net {
namespace {

using Monotonic = std::chrono::steady_clock;

/// One look-up: a channel of its own, since opening one costs two small files to read, and no lock is held while it waits.
class LookUp {
 public:
  static Result<std::unique_ptr<LookUp>> open(const std::string& name_servers) {
    static const int started = ares_library_init(ARES_LIB_INIT_ALL);  // once a process, which it must be
    auto look_up = std::make_unique<LookUp>();
    int status = started == ARES_SUCCESS ? ares_init(&look_up->channel_) : started;
    if (status == ARES_SUCCESS && !name_servers.empty()) status = ares_set_servers_ports_csv(look_up->channel_, name_servers.c_str());
    if (status == ARES_SUCCESS) return look_up;
    return fail(ErrorCode::unavailable, "Names cannot be looked up on this computer. Check /etc/resolv.conf.", ares_strerror(status));
  }
  LookUp() = default;
  LookUp(const LookUp&) = delete;
  LookUp& operator=(const LookUp&) = delete;
  /// What is still under way ends here, by a last call of finished().
  ~LookUp() {
    if (channel_) ares_destroy(channel_);
  }

  /// False: time is up.
  bool run(const std::string& host, std::uint16_t port, Monotonic::time_point until) {
    ares_addrinfo_hints hints{};
    hints.ai_family = AF_UNSPEC;
    hints.ai_socktype = SOCK_STREAM;
    hints.ai_flags = ARES_AI_NUMERICSERV;
    ares_getaddrinfo(channel_, host.c_str(), std::to_string(port).c_str(), &hints, finished, this);
    while (!status_) {
      if (Monotonic::now() >= until) return false;
      wait(until);
    }
    return true;
  }

  int status() const { return status_.value_or(ARES_ETIMEOUT); }
  Addresses addresses;

 private:
  static void finished(void* self, int status, int, ares_addrinfo* result) {
    auto* look_up = static_cast<LookUp*>(self);
    look_up->status_ = status;
    for (const ares_addrinfo_node* node = result ? result->nodes : nullptr; node; node = node->ai_next) {
      Address address;
      address.size = static_cast<socklen_t>(node->ai_addrlen);
      std::memcpy(&address.storage, node->ai_addr, address.size);
      look_up->addresses.push_back(address);
    }
    if (result) ares_freeaddrinfo(result);
  }

  void wait(Monotonic::time_point until) {
    std::array<ares_socket_t, ARES_GETSOCK_MAXNUM> sockets{};
    const int wanted = ares_getsock(channel_, sockets.data(), ARES_GETSOCK_MAXNUM);
    std::array<pollfd, ARES_GETSOCK_MAXNUM> polled{};
    nfds_t count = 0;
    for (unsigned n = 0; n < ARES_GETSOCK_MAXNUM; ++n) {
      const bool reads = ARES_GETSOCK_READABLE(wanted, n) != 0, writes = ARES_GETSOCK_WRITABLE(wanted, n) != 0;
      if (reads || writes) polled[count++] = {sockets[n], static_cast<short>((reads ? POLLIN : 0) | (writes ? POLLOUT : 0)), 0};
    }
    const auto left = std::chrono::ceil<std::chrono::milliseconds>(until - Monotonic::now());
    timeval most{.tv_sec = static_cast<time_t>(std::max<std::int64_t>(left.count(), 0) / 1000), .tv_usec = std::max<std::int64_t>(left.count(), 0) % 1000 * 1000}, next{};
    const timeval* chosen = ares_timeout(channel_, &most, &next);
    ::poll(polled.data(), count, static_cast<int>(chosen->tv_sec * 1000 + chosen->tv_usec / 1000 + 1));
    ares_process_fd(channel_, ARES_SOCKET_BAD, ARES_SOCKET_BAD);  // whose time is up
    for (nfds_t n = 0; n < count && !status_; ++n) {
      const bool readable = (polled[n].revents & (POLLIN | POLLERR | POLLHUP)) != 0, writable = (polled[n].revents & POLLOUT) != 0;
      ares_process_fd(channel_, readable ? polled[n].fd : ARES_SOCKET_BAD, writable ? polled[n].fd : ARES_SOCKET_BAD);
    }
  }

  ares_channel channel_ = nullptr;
  std::optional<int> status_;
};

template <class SockAddr>
Address address_of(const SockAddr& one) {
  Address address;
  address.size = sizeof one;
  std::memcpy(&address.storage, &one, sizeof one);
  return address;
}

std::optional<Address> numeric(const std::string& host, std::uint16_t port) {
  sockaddr_in v4{};
  v4.sin_family = AF_INET;
  v4.sin_port = htons(port);
  if (::inet_pton(AF_INET, host.c_str(), &v4.sin_addr) == 1) return address_of(v4);
  sockaddr_in6 v6{};
  v6.sin6_family = AF_INET6;
  v6.sin6_port = htons(port);
  if (::inet_pton(AF_INET6, host.c_str(), &v6.sin6_addr) == 1) return address_of(v6);
  return std::nullopt;
}

/// RFC 6761 section 6.3: this computer, whatever hosts file or name server there is.
bool is_localhost(const std::string& host) { return host == "localhost" || host.ends_with(".localhost"); }

}  // namespace

Result<Addresses> resolve(const std::string& host, std::uint16_t port, Duration patience, const std::string& name_servers) {
  if (const auto address = numeric(host, port)) return Addresses{*address};
  if (is_localhost(host)) return Addresses{*numeric("127.0.0.1", port), *numeric("::1", port)};
  const auto look_up = TRY(LookUp::open(name_servers));
  if (!look_up->run(host, port, Monotonic::now() + patience)) {
    return fail(ErrorCode::deadline_exceeded, fmt::format("'{}' did not answer in time. Check that it runs and can be reached, and try again.", host), "its name was being looked up");
  }
  if (look_up->status() == ARES_SUCCESS && !look_up->addresses.empty()) return std::move(look_up->addresses);
  return fail(ErrorCode::unavailable, fmt::format("The name '{}' is not known: {}. Check the address.", host, ares_strerror(look_up->status())));
}

}  // namespace satchel::net
