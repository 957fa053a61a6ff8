// SPDX-License-Identifier: Apache-2.0
// One connection of the client: connects, moves bytes and waits, never beyond a deadline. One thread at a time.
#pragma once

#include <cstddef>
#include <memory>
#include <span>
#include <string>

#include "satchel/base/clock.hpp"
#include "satchel/base/result.hpp"
#include "satchel/net/client.hpp"
#include "satchel/net/transport.hpp"

namespace satchel::net {

/// Until when a wait may take: the deadline of all, and a limit on silence.
struct Patience {
  Clock& clock;
  Time deadline;
  Duration stall;
};

class ClientConnection {
 public:
  /// `unix_path` empty: by name or address, each address tried in turn. Errors: unavailable, deadline_exceeded, invalid (TLS).
  static Result<std::unique_ptr<ClientConnection>> open(const Url& url, const std::string& unix_path, const TlsContext& tls, const Patience& patience);
  ~ClientConnection();
  ClientConnection(const ClientConnection&) = delete;
  ClientConnection& operator=(const ClientConnection&) = delete;

  /// Errors: unavailable (cut off), deadline_exceeded.
  Result<void> write(std::span<const std::byte> bytes, const Patience& patience);
  /// At least one byte; 0: the other side has closed.
  Result<std::size_t> read(std::span<std::byte> into, const Patience& patience);
  /// Whether an answer has begun, or the other side has closed, while nothing was asked.
  bool has_something_to_read() const;

 private:
  ClientConnection(int socket, std::string peer) : socket_(socket), peer_(std::move(peer)) {}
  static Result<int> connect_any(const Url& url, const Patience& patience);
  static Result<int> connect_unix(const std::string& path);
  Result<void> handshake(const Patience& patience);
  Result<void> wait(Io::Next next, const Patience& patience) const;
  std::unexpected<Error> cut_off() const;

  int socket_;
  std::string peer_;
  std::unique_ptr<Transport> transport_;
};

}  // namespace satchel::net
