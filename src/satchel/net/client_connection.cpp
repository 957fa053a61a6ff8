// SPDX-License-Identifier: Apache-2.0
#include "satchel/net/client_connection.hpp"

#include <fmt/format.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <optional>
#include <system_error>
#include <utility>
#include <vector>

#include "satchel/net/resolver.hpp"

namespace satchel::net {
namespace {

std::unexpected<Error> out_of_time(const std::string& peer) {
  return fail(ErrorCode::deadline_exceeded, fmt::format("'{}' did not answer in time. Check that it runs and can be reached, and try again.", peer));
}
std::unexpected<Error> no_socket() {
  return fail(ErrorCode::unavailable, "No more connections can be opened on this computer. Close some programs and try again.",
              std::system_category().message(errno));
}

Duration time_left(const Patience& patience) { return std::min(patience.deadline - patience.clock->now(), patience.stall); }

/// Waits for one of the events. What came; nothing where time is up.
std::optional<short> wait_for(int socket, short events, const Patience& patience) {
  for (;;) {
    const auto left = time_left(patience);
    pollfd one{socket, events, 0};
    const int count = ::poll(&one, 1, static_cast<int>(std::clamp<std::int64_t>(left.count(), 0, 3'600'000)));
    if (count > 0) return one.revents;
    if (count == 0 || errno != EINTR) return std::nullopt;
  }
}

Result<Addresses> unix_address(const std::string& path) {
  Address address;
  auto* local = reinterpret_cast<sockaddr_un*>(&address.storage);
  if (path.size() >= sizeof local->sun_path) return fail(ErrorCode::invalid, "The path " + path + " is too long for a socket. Choose a shorter one.");
  local->sun_family = AF_UNIX;
  std::memcpy(local->sun_path, path.data(), path.size());
  address.size = sizeof *local;
  return Addresses{address};
}

Result<int> connect_to(const Address& address, const std::string& peer, const Patience& patience) {
  const int socket = ::socket(address.storage.ss_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
  if (socket < 0) return no_socket();
  const int on = 1;
  ::setsockopt(socket, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
  int error = ::connect(socket, reinterpret_cast<const sockaddr*>(&address.storage), address.size) == 0 ? 0 : errno;
  if (error == EINPROGRESS) {
    if (!wait_for(socket, POLLOUT, patience)) {
      ::close(socket);
      return out_of_time(peer);
    }
    socklen_t size = sizeof error;
    ::getsockopt(socket, SOL_SOCKET, SO_ERROR, &error, &size);
  }
  if (error == 0) return socket;
  ::close(socket);
  return fail(ErrorCode::unavailable,
              fmt::format("Cannot connect to '{}': {}. Check the address, and that the server runs.", peer, std::system_category().message(error)));
}

}  // namespace

Result<std::unique_ptr<ClientConnection>> ClientConnection::open(const Url& url, const std::string& unix_path, const TlsContext& tls,
                                                                 const Patience& patience) {
  const std::string peer = unix_path.empty() ? url.origin() : unix_path;
  const auto addresses = TRY(unix_path.empty() ? resolve(url.host, url.port, time_left(patience)) : unix_address(unix_path));
  Result<int> socket = -1;
  for (const Address& address : addresses) {
    socket = connect_to(address, peer, patience);
    if (socket) break;
  }
  const int number = TRY(std::move(socket));
  std::unique_ptr<ClientConnection> connection(new ClientConnection(number, peer));
  connection->transport_ = tls ? tls_client_transport(tls, connection->socket_, url.host) : plain_transport(connection->socket_);
  TRY(connection->handshake(patience));
  return connection;
}

ClientConnection::~ClientConnection() { ::close(socket_); }

std::unexpected<Error> ClientConnection::cut_off() const {
  return fail(ErrorCode::unavailable, fmt::format("The connection to '{}' was cut off. Try again.", peer_));
}

Result<void> ClientConnection::wait(Io::Next next, const Patience& patience) const {
  if (next == Io::Next::ended || next == Io::Next::broken) return cut_off();
  if (next == Io::Next::go_on || wait_for(socket_, next == Io::Next::wait_read ? POLLIN : POLLOUT, patience)) return {};
  return out_of_time(peer_);
}

Result<void> ClientConnection::handshake(const Patience& patience) {
  for (;;) {
    const Io io = transport_->handshake();
    if (io.next == Io::Next::go_on) return {};
    const std::string failure = io.next == Io::Next::broken ? transport_->failure() : std::string();
    if (!failure.empty()) {
      return fail(ErrorCode::invalid, fmt::format("'{}' cannot be trusted: {}. Check the address and the server's certificate.", peer_, failure));
    }
    TRY(wait(io.next, patience));
  }
}

Result<std::size_t> ClientConnection::read(std::span<std::byte> into, const Patience& patience) {
  if (!early_.empty()) {
    const std::size_t size = std::min(into.size(), early_.size());
    std::ranges::copy_n(early_.begin(), static_cast<std::ptrdiff_t>(size), into.begin());
    early_.erase(early_.begin(), early_.begin() + static_cast<std::ptrdiff_t>(size));
    return size;
  }
  for (;;) {
    const Io io = transport_->read(into);
    if (io.bytes > 0) return io.bytes;
    if (io.next == Io::Next::ended) return std::size_t{0};
    TRY(wait(io.next, patience));
  }
}

/// Waits until more can be sent. False: the other side has spoken or gone.
Result<bool> ClientConnection::may_write(const Patience& patience) {
  for (;;) {
    const auto came = wait_for(socket_, POLLOUT | POLLIN, patience);
    if (!came) return out_of_time(peer_);
    // What TLS says for itself (a session ticket) makes the socket readable as well, and is no answer.
    if ((*came & (POLLIN | POLLHUP | POLLERR)) != 0 && !is_quiet()) return false;
    if ((*came & POLLOUT) != 0) return true;
  }
}

Result<bool> ClientConnection::write(std::span<const std::byte> bytes, const Patience& patience) {
  for (;;) {
    Io io = transport_->write(bytes, /*more=*/false);
    bytes = bytes.subspan(io.bytes);
    if (io.next == Io::Next::go_on && bytes.empty()) io = transport_->flush();
    if (io.next == Io::Next::go_on && bytes.empty()) return true;
    if (io.next != Io::Next::wait_write) return false;
    if (!TRY(may_write(patience))) return false;
  }
}

bool ClientConnection::is_quiet() {
  if (!early_.empty()) return false;
  early_.resize(16 * 1024);
  const Io io = transport_->read(early_);
  early_.resize(io.bytes);
  return io.bytes == 0 && io.next == Io::Next::wait_read;
}

}  // namespace satchel::net
