// SPDX-License-Identifier: Apache-2.0
// An HTTP/1.1 server: strict parsing, deadlines for every phase, streamed bodies, zero-copy files, optional TLS.
// It knows no routes: each request goes to one Handler. Sockets are asynchronous; a handler that wants to block moves
// the Exchange to a thread of its own.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "satchel/base/log.hpp"
#include "satchel/base/result.hpp"
#include "satchel/base/time.hpp"
#include "satchel/net/http.hpp"

namespace satchel::net {

/// Page-aligned memory borrowed from the server's one budget; goes back when it is destroyed. Any thread.
class Buffer {
 public:
  Buffer() = default;
  Buffer(std::byte* memory, std::size_t size, std::function<void(std::byte*)> release)
      : memory_(memory), size_(size), release_(std::move(release)) {}
  Buffer(Buffer&& other) noexcept { swap(other); }
  Buffer& operator=(Buffer&& other) noexcept {
    swap(other);
    return *this;
  }
  ~Buffer() {
    if (memory_) release_(memory_);
  }

  std::span<const std::byte> bytes() const { return {memory_, size_}; }
  bool empty() const { return size_ == 0; }

 private:
  void swap(Buffer& other) noexcept {
    std::swap(memory_, other.memory_);
    std::swap(size_, other.size_);
    release_.swap(other.release_);
  }

  std::byte* memory_ = nullptr;
  std::size_t size_ = 0;
  std::function<void(std::byte*)> release_;
};

/// A range of an open file; the descriptor stays open while anybody holds it.
struct FileSlice {
  std::shared_ptr<const int> descriptor;
  std::uint64_t offset = 0;
  std::uint64_t length = 0;
};

/// Bytes made on the way, pulled when the client has room. Called on the loop: must not block.
class BodySource {
 public:
  using Callback = std::move_only_function<void(Result<std::string>)>;
  virtual ~BodySource() = default;
  /// Calls back once, from any thread, with the next bytes (at most a few hundred KiB), empty at the end.
  virtual void next(Callback callback) = 0;
};

/// What became of an answer: how many body bytes the kernel took, and whether that was all of it.
struct Sent {
  std::uint64_t body_bytes = 0;
  bool complete = false;
};

/// One request and its answer. Exactly one respond() is called, from any thread; an Exchange destroyed without one
/// answers 500. A request body that was not read is dropped in bounds or the connection closed after the answer.
class Exchange {
 public:
  using ReadCallback = std::move_only_function<void(Result<Buffer>)>;
  using SentCallback = std::move_only_function<void(Sent)>;

  virtual ~Exchange() = default;
  virtual const RequestHead& head() const = 0;

  /// The next bytes of the body, decoded from chunks; an empty buffer at its end. Takes memory from the budget only once
  /// bytes have come, so slow clients hold none. An exchange that still holds a buffer waits behind those that hold none, so
  /// whoever holds some must be able to go on without more. Sends 100 Continue at the first call where the client waits for it.
  /// Errors: invalid (broken framing), unavailable (the client left), deadline_exceeded (too slow). One read at a time;
  /// the callback runs on a loop thread and must not block.
  virtual void read(ReadCallback callback) = 0;

  /// The whole body, for small messages; too_large once it passes `limit`.
  virtual void read_all(std::size_t limit, std::move_only_function<void(Result<std::string>)> callback) = 0;

  /// For HEAD the framing is that of the body, which is not sent. `done` is called once, on a loop thread (after stop() on the
  /// caller's). A field "Connection: close" ends the connection; the other fields of the framing are the server's own.
  virtual void respond(ResponseHead head, std::string body, SentCallback done = {}) = 0;
  /// By sendfile(2); over TLS by reading.
  virtual void respond(ResponseHead head, std::vector<FileSlice> body, SentCallback done = {}) = 0;
  /// `length` known: Content-Length; else chunked.
  virtual void respond(ResponseHead head, std::unique_ptr<BodySource> body, std::optional<std::uint64_t> length,
                       SentCallback done = {}) = 0;
};

class Handler {
 public:
  virtual ~Handler() = default;
  /// On a loop thread, when the head has come; must not block.
  virtual void handle(std::unique_ptr<Exchange> exchange) = 0;
  /// The body of an answer that the server gives by itself (400 malformed, 408, 431, 500, 503): a problem document. `sentence`
  /// says what is wrong. Any thread.
  virtual std::string problem(int status, std::string_view sentence) = 0;
};

struct ServerOptions {
  std::string address = "127.0.0.1";  // numeric, v4 or v6
  std::uint16_t port = 0;             // 0: a free one
  std::string unix_path;              // instead of address and port: a UNIX socket there, mode 0600; the peer is "local"
  int loops = 0;                      // event loops; 0: one a core
  std::size_t head_limit = 32 * 1024;
  std::size_t field_limit = 100;
  std::size_t connection_limit = 10'000;
  std::size_t buffer_size = 256 * 1024;
  std::size_t buffer_budget = 32 * 1024 * 1024;  // of all bodies on their way in, together
  Duration head_deadline{10'000};                // from the first byte of a head to its end; TLS handshake alike
  Duration idle_deadline{75'000};                // of a kept-alive connection between requests
  Duration stall_deadline{30'000};               // without one byte of progress in a body, either way
  std::uint64_t minimum_rate = 256;              // bytes a second over a whole body, after the grace; waiting for us is not counted
  Duration rate_grace{60'000};
  std::string certificate_file;                  // PEM chain and key: TLS 1.2 and 1.3; both empty: plain HTTP
  std::string key_file;
};

/// Numbers for /metrics; each only grows, but for the two that say "now".
struct ServerCounters {
  std::uint64_t connections = 0, connections_now = 0, requests = 0, malformed = 0, bytes_in = 0, bytes_out = 0;
  std::uint64_t buffers_now = 0;
};

class Server {
 public:
  /// Binds, listens and serves on threads of its own. Errors: invalid (address, certificate), unavailable (port taken),
  /// each with a sentence for the person at the terminal. `handler` and `logger` outlive the server.
  static Result<std::unique_ptr<Server>> start(const ServerOptions& options, Handler& handler, Logger& logger);
  virtual ~Server() = default;

  virtual std::uint16_t port() const = 0;
  virtual ServerCounters counters() const = 0;
  /// Accepts no more, closes idle connections, lets running exchanges end until `deadline`, then cuts them. Blocks. Idempotent.
  virtual void stop(Time deadline) = 0;
};

}  // namespace satchel::net
