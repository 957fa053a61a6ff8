// SPDX-License-Identifier: Apache-2.0
// The head of an HTTP/1.1 message, from bytes to a value or a refusal. Pure: no socket, no clock.
// Three layers: a scan of the raw bytes as they come, Beast's parser over the whole head, and a check of the set of fields
// for what Beast lets through (RFC 9112 sections 2.2, 3.2, 5, 6; request smuggling). Nothing is ever repaired.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>
#include <variant>

#include "satchel/net/http.hpp"

namespace satchel::net {

struct HeadLimits {
  std::size_t bytes = 32 * 1024;
  std::size_t fields = 100;
};

struct NeedMore {};

/// The answer's status and a sentence for whoever sent it (a literal).
struct HeadRefusal {
  int status = 400;
  std::string_view sentence;
};

struct RequestParsed {
  RequestHead head;  // without secure and peer
  std::size_t size = 0;  // bytes that the head took
  bool keep_alive = true;
  bool http_1_0 = false;  // takes no chunks
};

struct ResponseParsed {
  ResponseHead head;
  std::size_t size = 0;
  bool keep_alive = true;
  std::optional<std::uint64_t> content_length;
  bool chunked = false;
};

/// Looks at each byte once, however the head is cut into pieces.
class HeadScan {
 public:
  enum class Kind { request, response };
  explicit HeadScan(Kind kind) : kind_(kind) {}

  /// `bytes`: everything since the start of the message, those of the last call included. Gives the size of the head once
  /// its empty line has come. Refuses as soon as the bytes can be no HTTP.
  std::variant<NeedMore, HeadRefusal, std::size_t> scan(std::string_view bytes, const HeadLimits& limits);

 private:
  std::optional<HeadRefusal> start_line(std::string_view bytes) const;
  std::optional<HeadRefusal> control(char c);

  Kind kind_;
  std::size_t at_ = 0, line_length_ = 0, lines_ = 0;
  bool after_cr_ = false, done_ = false;
};

std::variant<NeedMore, HeadRefusal, RequestParsed> parse_request_head(HeadScan& scan, std::string_view bytes,
                                                                      const HeadLimits& limits);
std::variant<NeedMore, HeadRefusal, ResponseParsed> parse_response_head(HeadScan& scan, std::string_view bytes,
                                                                        const HeadLimits& limits);

}  // namespace satchel::net
