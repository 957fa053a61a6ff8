// SPDX-License-Identifier: Apache-2.0
#include "satchel/net/client_exchange.hpp"

#include <algorithm>
#include <cstring>
#include <utility>

#include "satchel/base/encoding.hpp"
#include "satchel/net/chunked.hpp"

namespace satchel::net {
namespace {

constexpr HeadLimits kLimits{.bytes = 64 * 1024, .fields = 200};
constexpr int kMostInterim = 8;

std::unexpected<Error> broken(std::string detail) {
  return fail(ErrorCode::invalid, "The server's answer is no valid HTTP/1.1. Check the address.", std::move(detail));
}
std::unexpected<Error> cut_off() {
  return fail(ErrorCode::unavailable, "The connection to the server broke off before its answer ended. Try again in a moment.");
}

}  // namespace

Result<std::string> ClientExchange::head() const {
  const Url& url = request_->url;
  if (!is_token(request_->method) || !url.target.starts_with('/')) return fail(ErrorCode::invalid, "The request has no valid method or path.");
  std::string text = request_->method + " " + url.target + " HTTP/1.1\r\nHost: " + url.origin().substr(url.secure ? 8 : 7) + "\r\n";
  for (const auto& [name, value] : request_->fields) {
    if (!is_token(name) || !is_field_value(value)) {
      return fail(ErrorCode::invalid, "The request has a header field with characters that cannot be sent.", name);
    }
    const std::string lower = to_lower(name);
    if (lower == "host" || lower == "content-length" || lower == "transfer-encoding" || lower == "connection") continue;
    text.append(name).append(": ").append(value).append("\r\n");
  }
  if (!options_->user_agent.empty() && is_field_value(options_->user_agent)) text.append("User-Agent: ").append(options_->user_agent).append("\r\n");
  const bool usually_has_body = request_->method == "PUT" || request_->method == "POST" || request_->method == "PATCH";
  const std::uint64_t length = request_->body_reader ? request_->body_length : request_->body.size();
  if (length > 0 || usually_has_body) text.append("Content-Length: ").append(std::to_string(length)).append("\r\n");
  return text += "\r\n";
}

/// False: the server answers, or has gone, before the end of the request.
Result<bool> ClientExchange::send_request() {
  const std::string text = TRY(head());
  if (request_->body_reader) return TRY(connection_->write(as_bytes(text), patience_)) ? send_pulled_body() : Result<bool>(false);
  return connection_->write(as_bytes(text + request_->body), patience_);
}

Result<bool> ClientExchange::send_pulled_body() {
  std::uint64_t left = request_->body_length;
  std::vector<std::byte> piece(256 * 1024);
  while (left > 0) {
    pulled_ = true;
    const auto room = std::span(piece).first(static_cast<std::size_t>(std::min<std::uint64_t>(left, piece.size())));
    const std::size_t size = TRY(request_->body_reader(room));
    if (size == 0 || size > room.size()) return fail(ErrorCode::invalid, "What is to be sent has become shorter while it was sent.");
    if (!TRY(connection_->write(room.first(size), patience_))) return false;
    left -= size;
  }
  return true;
}

Result<std::size_t> ClientExchange::more() {
  const std::size_t got = TRY(connection_->read(memory_, patience_));
  heard_ = heard_ || got > 0;
  return got;
}

/// The final head; interim ones (100 Continue, 103 Early Hints) are passed over.
Result<ResponseParsed> ClientExchange::read_head() {
  for (int i = 0; i < kMostInterim; ++i) {
    HeadScan scan(HeadScan::Kind::response);
    for (;;) {
      auto outcome = parse_response_head(scan, leftover_, kLimits);
      if (const auto* refusal = std::get_if<HeadRefusal>(&outcome)) return broken(std::string(refusal->sentence));
      if (auto* parsed = std::get_if<ResponseParsed>(&outcome)) {
        leftover_.erase(0, parsed->size);
        if (parsed->head.status >= 200) return std::move(*parsed);
        if (parsed->head.status == 101) return broken("101");
        break;
      }
      const std::size_t got = TRY(more());
      if (got == 0) return cut_off();
      leftover_.append(reinterpret_cast<const char*>(memory_.data()), got);
    }
  }
  return broken("too many interim answers");
}

Result<void> ClientExchange::deliver(std::span<const std::byte> bytes, ClientResponse& response) const {
  if (bytes.empty()) return {};
  if (*sink_ && response.status >= 200 && response.status < 300) return (*sink_)(bytes);
  if (response.body.size() + bytes.size() > options_->body_limit) {
    return fail(ErrorCode::too_large, "The server's answer is larger than this program takes.");
  }
  response.body.append(reinterpret_cast<const char*>(bytes.data()), bytes.size());
  return {};
}

Result<void> ClientExchange::read_length(std::uint64_t length, ClientResponse& response) {
  const auto first = std::string_view(leftover_).substr(0, static_cast<std::size_t>(std::min<std::uint64_t>(length, leftover_.size())));
  TRY(deliver(as_bytes(first), response));
  length -= first.size();
  // More than was promised belongs to nobody.
  if (leftover_.size() > first.size()) reusable_ = false;
  while (length > 0) {
    const auto room = std::span(memory_).first(static_cast<std::size_t>(std::min<std::uint64_t>(length, memory_.size())));
    const std::size_t got = TRY(connection_->read(room, patience_));
    if (got == 0) return cut_off();
    TRY(deliver(room.first(got), response));
    length -= got;
  }
  return {};
}

Result<void> ClientExchange::read_chunks(ClientResponse& response) {
  ChunkDecoder decoder;
  std::size_t size = leftover_.size();
  memory_.resize(std::max(memory_.size(), size));
  std::memcpy(memory_.data(), leftover_.data(), size);
  for (;;) {
    const auto came = std::span(memory_).first(size);
    const auto step = decoder.decode(came, came);
    if (!step) return broken("chunks");
    TRY(deliver(came.first(step->produced), response));
    if (decoder.done()) {
      if (step->consumed < size) reusable_ = false;
      return {};
    }
    size = TRY(connection_->read(memory_, patience_));
    if (size == 0) return cut_off();
  }
}

Result<void> ClientExchange::read_to_end(ClientResponse& response) {
  reusable_ = false;
  TRY(deliver(as_bytes(leftover_), response));
  for (;;) {
    const std::size_t got = TRY(connection_->read(memory_, patience_));
    if (got == 0) return {};
    TRY(deliver(std::span(memory_).first(got), response));
  }
}

Result<void> ClientExchange::read_body(const ResponseParsed& parsed, ClientResponse& response) {
  const int status = response.status;
  if (request_->method == "HEAD" || status == 204 || status == 304) return read_length(0, response);
  if (parsed.chunked) return read_chunks(response);
  if (parsed.content_length) return read_length(*parsed.content_length, response);
  return read_to_end(response);
}

Result<ClientResponse> ClientExchange::run() {
  const bool all_sent = TRY(send_request());
  ResponseParsed parsed = TRY(read_head());
  ClientResponse response{parsed.head.status, std::move(parsed.head.fields), {}};
  reusable_ = parsed.keep_alive && all_sent;
  if (auto read = read_body(parsed, response); !read) {
    reusable_ = false;
    return std::unexpected(std::move(read).error());
  }
  return response;
}

}  // namespace satchel::net
