// SPDX-License-Identifier: Apache-2.0
// Bytes of a stranger into the head's parser and the chunk decoder: nothing crashes, the outcome does not hang on how the bytes are
// cut, and what is accepted keeps every promise of RequestHead.
#include <algorithm>
#include <cstdint>
#include <cstdlib>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "satchel/base/encoding.hpp"
#include "satchel/net/chunked.hpp"
#include "satchel/net/head_parser.hpp"

namespace {

using namespace satchel;
using namespace satchel::net;

void require(bool condition) {
  if (!condition) std::abort();
}

constexpr HeadLimits kLimits{.bytes = 4096, .fields = 20};

void check_promises(const RequestParsed& parsed, std::string_view bytes) {
  const RequestHead& head = parsed.head;
  require(parsed.size <= bytes.size() && parsed.size <= kLimits.bytes && bytes.substr(0, parsed.size).ends_with("\r\n\r\n"));
  require(is_token(head.method));
  require(head.target.starts_with('/') && std::ranges::all_of(head.target, [](char c) { return c > 0x20 && c < 0x7f; }));
  require(head.fields.size() <= kLimits.fields && head.fields.count("host") == 1);
  require(head.fields.count("content-length") + head.fields.count("transfer-encoding") <= 1);
  require(head.content_length.has_value() == (head.fields.count("content-length") == 1));
  require(head.chunked == (head.fields.count("transfer-encoding") == 1));
  require(!head.chunked || (head.fields.find("transfer-encoding") == "chunked" && !parsed.http_1_0));
  for (const auto& [name, value] : head.fields) require(is_token(name) && name == to_lower(name) && is_field_value(value));
  // A second reading of the same bytes by another rule: no line begins with a space, no line ends without its CR.
  const auto text = bytes.substr(0, parsed.size);
  for (std::size_t at = text.find('\n'); at != std::string_view::npos; at = text.find('\n', at + 1)) {
    require(text[at - 1] == '\r');
    require(at + 1 == text.size() || (text[at + 1] != ' ' && text[at + 1] != '\t'));
  }
}

/// The outcome when the bytes come in pieces: the head's size, minus the refusal's status, or 0 where more is wanted.
long outcome_of(std::string_view bytes, std::size_t piece) {
  HeadScan scan(HeadScan::Kind::request);
  for (std::size_t size = std::min(piece, bytes.size()); size > 0; size = std::min(size + piece, bytes.size())) {
    const auto outcome = parse_request_head(scan, bytes.substr(0, size), kLimits);
    if (const auto* refusal = std::get_if<HeadRefusal>(&outcome)) return -refusal->status;
    if (const auto* parsed = std::get_if<RequestParsed>(&outcome)) {
      check_promises(*parsed, bytes.substr(0, size));
      return static_cast<long>(parsed->size);
    }
    if (size == bytes.size()) break;
  }
  return 0;
}

struct Decoded {
  std::string text;
  bool done = false, broken = false;
  bool operator==(const Decoded&) const = default;
};

Decoded decode(std::string_view bytes, std::size_t piece) {
  ChunkDecoder decoder;
  Decoded decoded;
  for (std::size_t at = 0; at < bytes.size() && !decoder.done();) {
    const auto part = as_bytes(bytes.substr(at, piece));
    std::vector<std::byte> memory(part.begin(), part.end());
    const auto step = decoder.decode(memory, memory);
    if (!step) {
      decoded.broken = true;
      break;
    }
    require(step->produced <= step->consumed && step->consumed <= memory.size());
    require(decoder.done() || step->consumed == memory.size());
    decoded.text.append(reinterpret_cast<const char*>(memory.data()), step->produced);
    at += step->consumed;
  }
  decoded.done = decoder.done();
  // How much came out before the break is not promised.
  if (decoded.broken) decoded.text.clear();
  return decoded;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view bytes(reinterpret_cast<const char*>(data), size);
  const long whole = outcome_of(bytes, std::max<std::size_t>(size, 1));
  for (const std::size_t piece : {1U, 7U}) {
    const long cut = outcome_of(bytes, piece);
    // Which of several faults is named may hang on which is seen first; that there is one may not.
    require(whole >= 0 ? cut == whole : cut < 0);
  }
  HeadScan scan(HeadScan::Kind::response);
  (void)parse_response_head(scan, bytes, kLimits);
  const std::string_view body = whole > 0 ? bytes.substr(static_cast<std::size_t>(whole)) : bytes;
  require(decode(body, std::max<std::size_t>(body.size(), 1)) == decode(body, 1));
  return 0;
}
