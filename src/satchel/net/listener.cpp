// SPDX-License-Identifier: Apache-2.0
#include "satchel/net/listener.hpp"

#include <arpa/inet.h>
#include <fmt/format.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstring>
#include <system_error>
#include <utility>

namespace satchel::net {
namespace {

constexpr int kBacklog = 1024;
constexpr int kMostAtOnce = 64;

std::string reason(int error) { return std::system_category().message(error); }

/// Closes what is not handed on.
class Socket {
 public:
  explicit Socket(int domain) : number_(::socket(domain, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0)) {}
  ~Socket() {
    if (number_ >= 0) ::close(number_);
  }
  Socket(const Socket&) = delete;
  Socket& operator=(const Socket&) = delete;
  int number() const { return number_; }
  int release() { return std::exchange(number_, -1); }

 private:
  int number_;
};

struct Address {
  sockaddr_storage storage{};
  socklen_t size = 0;
  sockaddr* get() { return reinterpret_cast<sockaddr*>(&storage); }
};

Result<Address> tcp_address(const ServerOptions& options) {
  Address address;
  auto* v4 = reinterpret_cast<sockaddr_in*>(&address.storage);
  auto* v6 = reinterpret_cast<sockaddr_in6*>(&address.storage);
  if (::inet_pton(AF_INET, options.address.c_str(), &v4->sin_addr) == 1) {
    v4->sin_family = AF_INET;
    v4->sin_port = htons(options.port);
    address.size = sizeof *v4;
  } else if (::inet_pton(AF_INET6, options.address.c_str(), &v6->sin6_addr) == 1) {
    v6->sin6_family = AF_INET6;
    v6->sin6_port = htons(options.port);
    address.size = sizeof *v6;
  } else {
    return fail(ErrorCode::invalid, fmt::format("\"{}\" is no IP address to listen at. Give one such as 127.0.0.1 or ::1.", options.address));
  }
  return address;
}

Result<Listening> listen_tcp(const ServerOptions& options) {
  Address address = TRY(tcp_address(options));
  Socket socket(address.storage.ss_family);
  const int on = 1;
  ::setsockopt(socket.number(), SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
  // Accepted sockets inherit it. Answers leave when they are ready.
  ::setsockopt(socket.number(), IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
  if (::bind(socket.number(), address.get(), address.size) != 0 || ::listen(socket.number(), kBacklog) != 0) {
    const int error = errno;
    const auto what = error == EADDRINUSE ? "is in use by another program. Stop it or choose another port."
                      : error == EACCES   ? "may not be used by this user. Choose a port above 1023."
                                          : "cannot be listened at. Choose an address of this machine.";
    return fail(error == EADDRNOTAVAIL ? ErrorCode::invalid : ErrorCode::unavailable,
                fmt::format("Port {} of {} {}", options.port, options.address, what), reason(error));
  }
  Address bound;
  bound.size = sizeof bound.storage;
  ::getsockname(socket.number(), bound.get(), &bound.size);
  // The port lies at the same place in both forms of address.
  return Listening{socket.release(), ntohs(reinterpret_cast<const sockaddr_in*>(&bound.storage)->sin_port)};
}

/// A socket file that a dead process left behind goes away; one that is answered stays.
bool clear_stale(const sockaddr_un& address) {
  struct stat status{};
  if (::lstat(address.sun_path, &status) != 0) return true;
  if (!S_ISSOCK(status.st_mode)) return false;
  Socket probe(AF_UNIX);
  if (::connect(probe.number(), reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0 || errno != ECONNREFUSED) return false;
  return ::unlink(address.sun_path) == 0;
}

Result<Listening> listen_unix(const std::string& path) {
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  if (path.size() >= sizeof address.sun_path) {
    return fail(ErrorCode::invalid, fmt::format("The path {} is too long for a socket. Choose one of less than 108 characters.", path));
  }
  std::memcpy(address.sun_path, path.data(), path.size());
  if (!clear_stale(address)) {
    return fail(ErrorCode::unavailable, fmt::format("{} is in use by another program. Stop it, or choose another folder.", path));
  }
  Socket socket(AF_UNIX);
  // On Linux the socket's own mode becomes that of the file, so there is no moment at which others may connect.
  ::fchmod(socket.number(), 0600);
  if (::bind(socket.number(), reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0 || ::listen(socket.number(), kBacklog) != 0) {
    const int error = errno;
    return fail(ErrorCode::unavailable, fmt::format("The socket {} cannot be made. Check that its folder exists and may be written.", path), reason(error));
  }
  return Listening{socket.release(), 0};
}

std::string peer_of(const sockaddr_storage& address) {
  std::array<char, INET6_ADDRSTRLEN> text{};
  if (address.ss_family == AF_INET) {
    ::inet_ntop(AF_INET, &reinterpret_cast<const sockaddr_in*>(&address)->sin_addr, text.data(), text.size());
  } else if (address.ss_family == AF_INET6) {
    const in6_addr& v6 = reinterpret_cast<const sockaddr_in6*>(&address)->sin6_addr;
    if (IN6_IS_ADDR_V4MAPPED(&v6)) {
      ::inet_ntop(AF_INET, v6.s6_addr + 12, text.data(), text.size());
    } else {
      ::inet_ntop(AF_INET6, &v6, text.data(), text.size());
    }
  } else {
    return "local";
  }
  return text.data();
}

}  // namespace

Result<Listening> listen_at(const ServerOptions& options) {
  return options.unix_path.empty() ? listen_tcp(options) : listen_unix(options.unix_path);
}

Acceptor::Acceptor(boost::asio::io_context& context, int socket, Take take, Logger& logger)
    : socket_(context.get_executor(), socket), pause_(context), take_(std::move(take)), logger_(&logger) {}

void Acceptor::start() {
  socket_.async_wait(boost::asio::posix::descriptor_base::wait_read, [self = shared_from_this()](const boost::system::error_code& ec) {
    if (!ec && self->socket_.is_open()) self->accept_some();
  });
}

void Acceptor::stop() {
  boost::system::error_code ignored;
  socket_.close(ignored);
  pause_.cancel();
}

/// False: none is waiting, or none can be taken now.
bool Acceptor::accept_one() {
  sockaddr_storage address{};
  socklen_t size = sizeof address;
  const int socket = ::accept4(socket_.native_handle(), reinterpret_cast<sockaddr*>(&address), &size, SOCK_NONBLOCK | SOCK_CLOEXEC);
  if (socket >= 0) {
    take_(socket, peer_of(address));
    return true;
  }
  // Some clients give up while they wait; the others are still there.
  if (errno == ECONNABORTED || errno == EINTR) return true;
  if (errno == EAGAIN) {
    start();
  } else {
    pause(errno);
  }
  return false;
}

void Acceptor::accept_some() {
  for (int i = 0; i < kMostAtOnce; ++i) {
    if (!accept_one()) return;
  }
  start();
}

/// Out of descriptors or memory: waiting connections stay in the kernel's queue for a moment.
void Acceptor::pause(int error) {
  logger_->warn("net.accept_failed", {{"reason", std::string_view(reason(error))}});
  pause_.expires_after(std::chrono::milliseconds(100));
  pause_.async_wait([self = shared_from_this()](const boost::system::error_code& cancelled) {
    if (!cancelled) self->start();
  });
}

}  // namespace satchel::net
