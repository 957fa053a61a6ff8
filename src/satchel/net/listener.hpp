// SPDX-License-Identifier: Apache-2.0
// Listening sockets: TCP or UNIX, bound and ready, with errors for the person at the terminal; and the one acceptor of a server.
#pragma once

#include <boost/asio/io_context.hpp>
#include <boost/asio/posix/basic_stream_descriptor.hpp>
#include <boost/asio/steady_timer.hpp>

#include <cstdint>
#include <functional>
#include <memory>
#include <string>

#include "satchel/base/log.hpp"
#include "satchel/base/result.hpp"
#include "satchel/net/server.hpp"

namespace satchel::net {

struct Listening {
  int socket = -1;
  std::uint16_t port = 0;  // 0 for a UNIX socket
};

/// Errors: invalid (address), unavailable (taken, not allowed).
Result<Listening> listen_at(const ServerOptions& options);

/// Accepts on the thread of `context` and hands each socket on. One acceptor serves all loops, so that connections are spread
/// evenly, and a port that another process holds is noticed (SO_REUSEPORT would share it).
class Acceptor : public std::enable_shared_from_this<Acceptor> {
 public:
  using Take = std::function<void(int socket, std::string peer)>;
  /// Owns `socket` from here on.
  Acceptor(boost::asio::io_context& context, int socket, Take take, Logger& logger);

  // On the context's thread:
  void start();
  void stop();

 private:
  void accept_some();
  bool accept_one();
  void pause(int error);

  boost::asio::posix::basic_stream_descriptor<boost::asio::io_context::executor_type> socket_;
  boost::asio::steady_timer pause_;
  Take take_;
  Logger* logger_;
};

}  // namespace satchel::net
