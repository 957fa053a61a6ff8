// SPDX-License-Identifier: Apache-2.0
// A client's connection: resolve, connect, TLS, and blocking reads and writes that end at a deadline. One thread at a time.
#pragma once

#include <cstddef>
#include <memory>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "satchel/base/clock.hpp"
#include "satchel/base/result.hpp"
#include "satchel/net/client.hpp"
#include "satchel/net/transport.hpp"

namespace satchel::net {

/// How long one operation may take, and how long it may stand still.
struct Patience {
  Clock* clock;
  Time deadline;
  Duration stall;
};

class ClientConnection {
 public:
  /// `tls` empty: plain. `unix_path` set: there instead of the URL's host. Errors: unavailable, deadline_exceeded, invalid (TLS).
  static Result<std::unique_ptr<ClientConnection>> open(const Url& url, const std::string& unix_path, const TlsContext& tls, const Patience& patience);
  ~ClientConnection();
  ClientConnection(const ClientConnection&) = delete;
  ClientConnection& operator=(const ClientConnection&) = delete;

  /// At least one byte; 0 where the other side has closed in order.
  Result<std::size_t> read(std::span<std::byte> into, const Patience& patience);
  /// True: all is sent. False: the other side has said something before the end, or takes no more; what it says can be read.
  Result<bool> write(std::span<const std::byte> bytes, const Patience& patience);
  /// Whether an idle connection can be used again: nobody has closed it, nor said a word.
  bool is_quiet();

  Time idle_since{};

 private:
  ClientConnection(int socket, std::string peer) : socket_(socket), peer_(std::move(peer)) {}
  Result<void> handshake(const Patience& patience);
  Result<void> wait(Io::Next next, const Patience& patience) const;
  std::unexpected<Error> cut_off() const;
  Result<bool> may_write(const Patience& patience);

  int socket_;
  std::string peer_;  // for messages
  std::unique_ptr<Transport> transport_;
  std::vector<std::byte> early_;  // came while nobody was reading
};

}  // namespace satchel::net
