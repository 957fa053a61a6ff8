// SPDX-License-Identifier: Apache-2.0
#include "satchel/net/client_connection.hpp"

#include <fmt/format.h>
#include <netdb.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>

namespace satchel::net {
namespace {

struct AddressList {
  addrinfo* first = nullptr;
  ~AddressList() {
    if (first) ::freeaddrinfo(first);
  }
};

/// Milliseconds for poll(2); 0 where time is up.
int remaining(const Patience& patience) {
  const auto left = std::min(patience.deadline - patience.clock.now(), patience.stall);
  return static_cast<int>(std::clamp<std::int64_t>(left.count(), 0, 3'600'000));
}

/// Whether the descriptor became ready in time.
bool ready(int socket, short events, const Patience& patience) {
  pollfd waited{socket, events, 0};
  for (;;) {
    const int count = ::poll(&waited, 1, remaining(patience));
    if (count >= 0 || errno != EINTR) return count > 0;
  }
}

std::unexpected<Error> too_slow(const std::string& peer) {
  return fail(ErrorCode::deadline_exceeded, fmt::format("'{}' did not answer in time. Check that it runs and can be reached, and try again.", peer));
}

Result<int> connect_to(const addrinfo& address, const std::string& peer, const Patience& patience) {
  const int socket = ::socket(address.ai_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
  if (socket < 0) return fail(ErrorCode::unavailable, "No more connections can be opened on this computer.", std::strerror(errno));
  int error = ::connect(socket, address.ai_addr, address.ai_addrlen) == 0 ? 0 : errno;
  bool in_time = true;
  if (error == EINPROGRESS) {
    in_time = ready(socket, POLLOUT, patience);
    socklen_t size = sizeof error;
    ::getsockopt(socket, SOL_SOCKET, SO_ERROR, &error, &size);
  }
  if (in_time && error == 0) {
    const int on = 1;
    ::setsockopt(socket, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    return socket;
  }
  ::close(socket);
  if (!in_time) return too_slow(peer);
  return fail(ErrorCode::unavailable, fmt::format("Cannot connect to '{}': {}. Check the address, and that the server runs.", peer, std::strerror(error)));
}

}  // namespace

Result<int> ClientConnection::connect_any(const Url& url, const Patience& patience) {
  addrinfo hints{};
  hints.ai_socktype = SOCK_STREAM;
  AddressList found;
  const int failed = ::getaddrinfo(url.host.c_str(), std::to_string(url.port).c_str(), &hints, &found.first);
  if (failed != 0) {
    return fail(ErrorCode::unavailable, fmt::format("The name '{}' is not known: {}. Check the address.", url.host, ::gai_strerror(failed)));
  }
  Result<int> outcome = fail(ErrorCode::unavailable, fmt::format("The name '{}' has no address.", url.host));
  for (const addrinfo* address = found.first; address && !outcome; address = address->ai_next) outcome = connect_to(*address, url.origin(), patience);
  return outcome;
}

Result<int> ClientConnection::connect_unix(const std::string& path) {
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  if (path.size() >= sizeof address.sun_path) return fail(ErrorCode::invalid, fmt::format("The path '{}' is too long for a socket.", path));
  std::memcpy(address.sun_path, path.data(), path.size());
  const int socket = ::socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
  if (socket < 0) return fail(ErrorCode::unavailable, "No more connections can be opened on this computer.", std::strerror(errno));
  if (::connect(socket, reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0) return socket;
  const int error = errno;
  ::close(socket);
  return fail(ErrorCode::unavailable, fmt::format("Nobody answers at '{}': {}.", path, std::strerror(error)));
}

Result<std::unique_ptr<ClientConnection>> ClientConnection::open(const Url& url, const std::string& unix_path, const TlsContext& tls, const Patience& patience) {
  const int socket = TRY(unix_path.empty() ? connect_any(url, patience) : connect_unix(unix_path));
  std::unique_ptr<ClientConnection> connection(new ClientConnection(socket, unix_path.empty() ? url.origin() : unix_path));
  connection->transport_ = url.secure && unix_path.empty() ? tls_client_transport(tls, socket, url.host) : plain_transport(socket);
  TRY(connection->handshake(patience));
  return connection;
}

ClientConnection::~ClientConnection() {
  transport_.reset();
  ::close(socket_);
}

std::unexpected<Error> ClientConnection::cut_off() const {
  return fail(ErrorCode::unavailable, fmt::format("The connection to '{}' was cut off. Try again.", peer_));
}

Result<void> ClientConnection::wait(Io::Next next, const Patience& patience) const {
  if (next == Io::Next::ended || next == Io::Next::broken) return cut_off();
  if (next == Io::Next::go_on || ready(socket_, next == Io::Next::wait_read ? POLLIN : POLLOUT, patience)) return {};
  return too_slow(peer_);
}

Result<void> ClientConnection::handshake(const Patience& patience) {
  for (;;) {
    const Io io = transport_->handshake();
    if (io.next == Io::Next::go_on) return {};
    const std::string failure = io.next == Io::Next::broken ? transport_->failure() : std::string();
    if (!failure.empty()) return fail(ErrorCode::invalid, fmt::format("'{}' cannot be trusted: {}. Check the address and the server's certificate.", peer_, failure));
    TRY(wait(io.next, patience));
  }
}

Result<void> ClientConnection::write(std::span<const std::byte> bytes, const Patience& patience) {
  while (!bytes.empty()) {
    const Io io = transport_->write(bytes, false);
    bytes = bytes.subspan(io.bytes);
    if (io.bytes == 0 || io.next == Io::Next::broken) TRY(wait(io.next, patience));
  }
  while (transport_->unsent() > 0) {
    const Io io = transport_->flush();
    if (io.next != Io::Next::go_on) TRY(wait(io.next, patience));
  }
  return {};
}

Result<std::size_t> ClientConnection::read(std::span<std::byte> into, const Patience& patience) {
  for (;;) {
    const Io io = transport_->read(into);
    if (io.bytes > 0) return io.bytes;
    if (io.next == Io::Next::ended) return std::size_t{0};
    TRY(wait(io.next, patience));
  }
}

bool ClientConnection::has_something_to_read() const {
  pollfd now{socket_, POLLIN, 0};
  return transport_->has_read_ahead() || ::poll(&now, 1, 0) != 0;
}

}  // namespace satchel::net
