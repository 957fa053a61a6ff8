// SPDX-License-Identifier: Apache-2.0
// A blocking HTTP/1.1 client for the CLI and for adapters: keeps connections alive, verifies TLS, honours deadlines.
// It follows no redirect and retries nothing: its callers decide. Any number of threads may share one.
#pragma once

#include <cstddef>
#include <functional>
#include <memory>
#include <span>
#include <string>

#include "satchel/base/clock.hpp"
#include "satchel/base/result.hpp"
#include "satchel/net/http.hpp"

namespace satchel::net {

struct Url {
  bool secure = false;
  std::string host;  // without brackets
  std::uint16_t port = 0;
  std::string target;  // "/path?query"

  /// http and https only; no user-info, no fragment. Error: invalid.
  static Result<Url> parse(std::string_view text);
  std::string origin() const;  // "https://example.org", with the port where it is not the scheme's
};

struct ClientRequest {
  std::string method = "GET";
  Url url;
  Fields fields;     // Host and Content-Length are added
  std::string body;  // small bodies; or:
  /// Fills the span and says how many bytes; 0 at the end. Called on the sending thread.
  std::function<Result<std::size_t>(std::span<std::byte>)> body_reader;
  std::uint64_t body_length = 0;  // of body_reader
};

struct ClientResponse {
  int status = 0;
  Fields fields;
  std::string body;  // empty where a sink took it
};

/// Takes each piece of a 2xx body; an error ends the transfer and becomes send()'s.
using BodySink = std::function<Result<void>(std::span<const std::byte>)>;

struct ClientOptions {
  std::string user_agent = "satchel";
  std::string unix_path = {};                // a UNIX socket to talk to, whatever host the URL names
  std::string ca_file;                       // empty: the system's
  std::size_t body_limit = 8 * 1024 * 1024;  // of answers held in memory
  Duration stall_deadline{30'000};           // without one byte of progress
  std::size_t idle_connections = 16;
};

class Client {
 public:
  static std::unique_ptr<Client> create(const ClientOptions& options, Clock& clock);
  virtual ~Client() = default;

  /// Any status is a success here. Errors: unavailable (no connection, cut off), deadline_exceeded, invalid (TLS or HTTP is
  /// broken), too_large. A kept-alive connection that turns out dead before a byte of the answer came is replaced once.
  virtual Result<ClientResponse> send(const ClientRequest& request, Time deadline, const BodySink& sink = {}) = 0;
};

/// Reads the certificates that clients trust where they are not told others, which the first TLS connection of the process does otherwise.
/// Error: invalid (a file of certificates cannot be read).
Result<void> prepare_tls();

}  // namespace satchel::net
