// SPDX-License-Identifier: Apache-2.0
#include <sys/sendfile.h>
#include <sys/socket.h>

#include <algorithm>
#include <cerrno>

#include "satchel/net/socket_io.hpp"
#include "satchel/net/transport.hpp"

namespace satchel::net {

Io receive(int socket, std::span<std::byte> into) {
  for (;;) {
    const ssize_t got = ::recv(socket, into.data(), into.size(), 0);
    if (got > 0) return {static_cast<std::size_t>(got), Io::Next::go_on};
    if (got == 0) return {0, into.empty() ? Io::Next::go_on : Io::Next::ended};
    if (errno == EINTR) continue;
    return {0, errno == EAGAIN ? Io::Next::wait_read : Io::Next::broken};
  }
}

Io transmit(int socket, std::span<const std::byte> bytes, bool more) {
  std::size_t sent = 0;
  while (sent < bytes.size()) {
    const ssize_t went = ::send(socket, bytes.data() + sent, bytes.size() - sent, MSG_NOSIGNAL | (more ? MSG_MORE : 0));
    if (went >= 0) {
      sent += static_cast<std::size_t>(went);
    } else if (errno != EINTR) {
      return {sent, errno == EAGAIN ? Io::Next::wait_write : Io::Next::broken};
    }
  }
  return {sent, Io::Next::go_on};
}

namespace {

constexpr std::uint64_t kFilePiece = 2 * 1024 * 1024;

class PlainTransport final : public Transport {
 public:
  explicit PlainTransport(int socket) : socket_(socket) {}

  Io handshake() override { return {}; }
  Io read(std::span<std::byte> into) override { return receive(socket_, into); }
  Io write(std::span<const std::byte> bytes, bool more) override { return transmit(socket_, bytes, more); }

  Io send_file(int file, std::uint64_t offset, std::uint64_t length) override {
    auto at = static_cast<off_t>(offset);
    for (;;) {
      const ssize_t went = ::sendfile(socket_, file, &at, static_cast<std::size_t>(std::min(length, kFilePiece)));
      if (went > 0) return {static_cast<std::size_t>(went), Io::Next::go_on};
      if (went == 0) return {0, length == 0 ? Io::Next::go_on : Io::Next::broken};
      if (errno == EINTR) continue;
      return {0, errno == EAGAIN ? Io::Next::wait_write : Io::Next::broken};
    }
  }

  Io flush() override { return {}; }
  std::size_t unsent() const override { return 0; }
  bool has_read_ahead() const override { return false; }
  void end_writing() override { ::shutdown(socket_, SHUT_WR); }

 private:
  int socket_;
};

}  // namespace

std::unique_ptr<Transport> plain_transport(int socket) { return std::make_unique<PlainTransport>(socket); }

}  // namespace satchel::net
