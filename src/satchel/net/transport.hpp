// SPDX-License-Identifier: Apache-2.0
// Bytes over a non-blocking socket, plain or TLS, for server and client. Nothing here waits: what cannot go on says what it waits
// for. One thread at a time. Writes never raise SIGPIPE.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>

#include "satchel/base/result.hpp"

struct ssl_ctx_st;

namespace satchel::net {

/// What an operation did, and what it needs before it can do more.
struct Io {
  enum class Next { go_on, wait_read, wait_write, ended, broken };
  std::size_t bytes = 0;
  Next next = Next::go_on;  // ended: the other side has closed in order
};

class Transport {
 public:
  virtual ~Transport() = default;

  virtual Io handshake() = 0;
  virtual Io read(std::span<std::byte> into) = 0;
  /// `more`: other bytes follow at once, so a part of a packet may wait for them.
  virtual Io write(std::span<const std::byte> bytes, bool more) = 0;
  /// At most a few MiB at a time. A file that is shorter than promised is `broken`.
  virtual Io send_file(int file, std::uint64_t offset, std::uint64_t length) = 0;
  /// Sends what was taken and is still here.
  virtual Io flush() = 0;
  virtual std::size_t unsent() const = 0;
  /// Nothing is to be sent for a while: gives memory back.
  virtual void rest() {}
  /// Whether read() would find something without the socket being readable.
  virtual bool has_read_ahead() const = 0;
  /// Tells the other side that nothing more comes; may be followed by reads.
  virtual void end_writing() = 0;
  /// Why the handshake failed, for a person; empty: not known.
  virtual std::string failure() const { return {}; }
};

/// None of these owns the socket.
std::unique_ptr<Transport> plain_transport(int socket);

/// A context for TLS 1.2 and 1.3, shared by connections. Any thread.
using TlsContext = std::shared_ptr<ssl_ctx_st>;

/// Errors: invalid, with a sentence that names the file.
Result<TlsContext> server_tls(const std::string& certificate_file, const std::string& key_file);
/// `ca_file` empty: the certificates of the binary (roots.hpp) or else of the system, in one context for the whole process.
Result<TlsContext> client_tls(const std::string& ca_file);
/// Trusts the certificates of `pem`, which outlives the context; each is read when a chain first ends there.
TlsContext client_tls_trusting(std::string_view pem);

std::unique_ptr<Transport> tls_server_transport(const TlsContext& context, int socket);
/// Verifies the chain, and that it is for `host` (a name or an address).
std::unique_ptr<Transport> tls_client_transport(const TlsContext& context, int socket, const std::string& host);

}  // namespace satchel::net
