// SPDX-License-Identifier: Apache-2.0
#include "satchel/net/client.hpp"

#include <fmt/format.h>

#include <array>
#include <deque>
#include <mutex>
#include <utility>
#include <vector>

#include "satchel/base/encoding.hpp"
#include "satchel/net/chunked.hpp"
#include "satchel/net/client_connection.hpp"
#include "satchel/net/head_parser.hpp"
#include "satchel/net/head_writer.hpp"

namespace satchel::net {
namespace {

constexpr std::size_t kPiece = 64 * 1024;
constexpr HeadLimits kHeadLimits{64 * 1024, 200};

std::unexpected<Error> broken(std::string_view why) {
  return fail(ErrorCode::invalid, "The server's answer is no proper HTTP. Check the address.", std::string(why));
}

/// The head as it goes out; the caller's values are checked, so that none breaks out of its line.
Result<std::string> request_head(const ClientRequest& request, const std::string& user_agent) {
  std::string origin = request.url.origin();
  std::string head = fmt::format("{} {} HTTP/1.1\r\nhost: {}\r\nuser-agent: {}\r\n", request.method, request.url.target, origin.substr(origin.find("//") + 2), user_agent);
  for (const Field& field : request.fields) {
    if (!is_field_value(field.value) || field.name.find_first_of(": \r\n") != std::string::npos) {
      return fail(ErrorCode::invalid, fmt::format("The header '{}' has a character that cannot be sent.", field.name));
    }
    head += fmt::format("{}: {}\r\n", field.name, field.value);
  }
  const std::uint64_t length = request.body_reader ? request.body_length : request.body.size();
  if (length > 0 || (request.method != "GET" && request.method != "HEAD")) head += fmt::format("content-length: {}\r\n", length);
  return head + "\r\n";
}

/// Reads one answer from a connection; bytes that came with the head are the start of the body.
class Answer {
 public:
  Answer(ClientConnection& connection, const Patience& patience) : connection_(connection), patience_(patience) {}

  /// Interim answers (1xx) are passed over.
  Result<ResponseParsed> head() {
    for (;;) {
      auto parsed = TRY(one_head());
      bytes_.erase(0, parsed.size);
      if (parsed.head.status >= 200) return parsed;
    }
  }

  /// The body's pieces, in order. Whether the connection can serve again afterwards.
  Result<bool> body(const ResponseParsed& head, const std::string& method, const BodySink& take) {
    if (method == "HEAD" || !has_body(head.head.status)) return head.keep_alive && bytes_.empty();
    if (head.chunked) return TRY(chunked(take)), head.keep_alive && bytes_.empty();
    if (head.content_length) return TRY(counted(*head.content_length, take)), head.keep_alive && bytes_.empty();
    TRY(to_the_end(take));
    return false;
  }

  bool began() const { return began_; }

 private:
  Result<ResponseParsed> one_head() {
    HeadScan scan(HeadScan::Kind::response);
    for (;;) {
      auto outcome = parse_response_head(scan, bytes_, kHeadLimits);
      if (auto* parsed = std::get_if<ResponseParsed>(&outcome)) return std::move(*parsed);
      if (const auto* refusal = std::get_if<HeadRefusal>(&outcome)) return broken(refusal->sentence);
      if (!TRY(more())) return fail(ErrorCode::unavailable, "The connection was cut off before the answer came. Try again.");
    }
  }

  /// Whether more bytes came; false: the other side has closed.
  Result<bool> more() {
    std::array<std::byte, kPiece> piece;  // NOLINT(cppcoreguidelines-pro-type-member-init): filled by read
    const std::size_t got = TRY(connection_.read(piece, patience_));
    began_ = began_ || got > 0;
    bytes_.append(reinterpret_cast<const char*>(piece.data()), got);
    return got > 0;
  }

  Result<void> counted(std::uint64_t left, const BodySink& take) {
    for (;;) {
      const auto now = static_cast<std::size_t>(std::min<std::uint64_t>(left, bytes_.size()));
      if (now > 0) TRY(take(as_bytes(bytes_).first(now)));
      bytes_.erase(0, now);
      left -= now;
      if (left == 0) return {};
      if (!TRY(more())) return fail(ErrorCode::unavailable, "The connection was cut off in the middle of the answer. Try again.");
    }
  }

  Result<void> chunked(const BodySink& take) {
    ChunkDecoder decoder;
    std::vector<std::byte> out(kPiece);
    for (;;) {
      const auto step = decoder.decode(as_bytes(bytes_), out);
      if (!step) return broken(step.error().message);
      if (step->produced > 0) TRY(take(std::span(out).first(step->produced)));
      bytes_.erase(0, step->consumed);
      if (decoder.done()) return {};
      if (step->consumed == 0 && !TRY(more())) return fail(ErrorCode::unavailable, "The connection was cut off in the middle of the answer. Try again.");
    }
  }

  Result<void> to_the_end(const BodySink& take) {
    do {
      if (!bytes_.empty()) TRY(take(as_bytes(bytes_)));
      bytes_.clear();
    } while (TRY(more()));
    return {};
  }

  ClientConnection& connection_;
  const Patience& patience_;
  std::string bytes_;
  bool began_ = false;
};

class BlockingClient final : public Client {
 public:
  BlockingClient(ClientOptions options, Clock& clock) : options_(std::move(options)), clock_(clock) {}

  Result<ClientResponse> send(const ClientRequest& request, Time deadline, const BodySink& sink) override {
    const Patience patience{clock_, deadline, options_.stall_deadline};
    const std::string place = request.url.origin();
    if (auto kept = take_idle(place)) {
      bool began = false;
      auto response = exchange(std::move(kept), request, place, patience, sink, began);
      // The server may have closed it just before: nothing of the request has had an effect that an answer would tell of. A body that
      // was read from its source cannot be read again.
      const bool stale = !response && response.error().code == ErrorCode::unavailable && !began && !request.body_reader;
      if (!stale) return response;
    }
    bool began = false;
    return exchange(TRY(ClientConnection::open(request.url, options_.unix_path, TRY(tls(request.url)), patience)), request, place, patience, sink, began);
  }

 private:
  Result<ClientResponse> exchange(std::unique_ptr<ClientConnection> connection, const ClientRequest& request, const std::string& place, const Patience& patience,
                                  const BodySink& sink, bool& began) {
    const auto written = write(*connection, request, patience);
    // A server that refuses early answers before it has read everything: its answer says more than the broken write.
    if (!written && !connection->has_something_to_read()) return std::unexpected(written.error());
    if (!written && written.error().code == ErrorCode::invalid) return std::unexpected(written.error());
    Answer answer(*connection, patience);
    auto head = answer.head();
    began = answer.began();
    if (!head) return std::unexpected(written ? head.error() : written.error());
    ClientResponse response{.status = head->head.status, .fields = std::move(head->head.fields), .body = {}};
    const bool to_sink = sink && response.status >= 200 && response.status < 300;
    const BodySink collect = [&](std::span<const std::byte> piece) -> Result<void> {
      if (response.body.size() + piece.size() > options_.body_limit) return fail(ErrorCode::too_large, "The server's answer is larger than it should be.");
      response.body.append(reinterpret_cast<const char*>(piece.data()), piece.size());
      return {};
    };
    const bool reusable = TRY(answer.body(*head, request.method, to_sink ? sink : collect));
    if (reusable && written) give_back(place, std::move(connection));
    return response;
  }

  Result<void> write(ClientConnection& connection, const ClientRequest& request, const Patience& patience) {
    std::string head = TRY(request_head(request, options_.user_agent));
    if (!request.body_reader) return connection.write(as_bytes(head + request.body), patience);
    TRY(connection.write(as_bytes(head), patience));
    std::vector<std::byte> piece(4 * kPiece);
    for (std::uint64_t left = request.body_length; left > 0;) {
      const std::size_t got = TRY(request.body_reader(std::span(piece).first(static_cast<std::size_t>(std::min<std::uint64_t>(piece.size(), left)))));
      if (got == 0) return fail(ErrorCode::invalid, "The body is shorter than was said.");
      TRY(connection.write(std::span(piece).first(got), patience));
      left -= got;
    }
    return {};
  }

  Result<TlsContext> tls(const Url& url) {
    if (!url.secure) return TlsContext();
    const std::lock_guard lock(mutex_);
    if (!tls_) tls_ = TRY(client_tls(options_.ca_file));
    return tls_;
  }

  std::unique_ptr<ClientConnection> take_idle(const std::string& place) {
    const std::lock_guard lock(mutex_);
    for (auto kept = idle_.begin(); kept != idle_.end();) {
      auto connection = kept->first == place ? std::move(kept->second) : nullptr;
      if (!connection) {
        ++kept;
        continue;
      }
      kept = idle_.erase(kept);
      // Bytes that nobody asked for, or a close: of no use any more.
      if (!connection->has_something_to_read()) return connection;
    }
    return nullptr;
  }

  void give_back(const std::string& place, std::unique_ptr<ClientConnection> connection) {
    const std::lock_guard lock(mutex_);
    idle_.emplace_back(place, std::move(connection));
    while (idle_.size() > options_.idle_connections) idle_.pop_front();
  }

  ClientOptions options_;
  Clock& clock_;
  std::mutex mutex_;  // over what follows
  TlsContext tls_;
  std::deque<std::pair<std::string, std::unique_ptr<ClientConnection>>> idle_;  // the oldest first
};

}  // namespace

std::unique_ptr<Client> Client::create(const ClientOptions& options, Clock& clock) { return std::make_unique<BlockingClient>(options, clock); }

}  // namespace satchel::net
