// SPDX-License-Identifier: Apache-2.0
#include "satchel/net/head_parser.hpp"

#include <boost/asio/buffer.hpp>
#include <boost/beast/http/basic_parser.hpp>

#include <algorithm>
#include <charconv>
#include <limits>
#include <utility>

namespace satchel::net {
namespace {

namespace http = boost::beast::http;
using boost::system::error_code;

constexpr std::size_t kLongestMethod = 32;
constexpr std::string_view kNoHttp = "This is no HTTP/1.1 request. Check what is sent to this port.";
constexpr std::string_view kTwoFramings = "The request says its length twice. Send either Content-Length or Transfer-Encoding, once.";
constexpr std::string_view kCoding = "The only transfer coding taken is \"chunked\", once, in HTTP/1.1.";

/// Writes what Beast finds straight into our own values.
template <bool IsRequest>
class Collector final : public http::basic_parser<IsRequest> {
 public:
  std::string method, target;
  int version = 0, status = 0;
  Fields fields;

 private:
  using Text = boost::beast::string_view;
  static std::string text(Text from) { return {from.data(), from.size()}; }

  void on_request_impl(http::verb, Text name, Text where, int number, error_code&) override {
    method = text(name);
    target = text(where);
    version = number;
  }
  void on_response_impl(int code, Text, int number, error_code&) override {
    status = code;
    version = number;
  }
  void on_field_impl(http::field, Text name, Text value, error_code&) override {
    fields.add(to_lower({name.data(), name.size()}), text(value));
  }
  void on_header_impl(error_code&) override {}
  void on_body_init_impl(const boost::optional<std::uint64_t>&, error_code&) override {}
  std::size_t on_body_impl(Text, error_code&) override { return 0; }
  void on_chunk_header_impl(std::uint64_t, Text, error_code&) override {}
  std::size_t on_chunk_body_impl(std::uint64_t, Text, error_code&) override { return 0; }
  void on_finish_impl(error_code&) override {}
};

template <bool IsRequest>
bool collect(Collector<IsRequest>& parser, std::string_view head) {
  parser.header_limit(std::numeric_limits<std::uint32_t>::max());
  parser.body_limit(boost::none);
  error_code ec;
  const std::size_t taken = parser.put(boost::asio::buffer(head.data(), head.size()), ec);
  return !ec && taken == head.size() && parser.is_header_done();
}

bool is_visible_ascii(char c) { return c > 0x20 && c < 0x7f; }
bool is_digit(char c) { return c >= '0' && c <= '9'; }
bool is_alnum(char c) { return is_digit(c) || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); }

bool is_port(std::string_view text) { return text.size() <= 5 && std::ranges::all_of(text, is_digit); }

/// A name, an IPv4 address or an IPv6 address in brackets, each with or without a port.
bool is_host(std::string_view text) {
  if (text.starts_with('[')) {
    const auto end = text.find(']');
    if (end == std::string_view::npos || end < 3) return false;
    const bool address = std::ranges::all_of(text.substr(1, end - 1), [](char c) { return is_alnum(c) || c == ':' || c == '.'; });
    const auto rest = text.substr(end + 1);
    return address && (rest.empty() || (rest.starts_with(':') && is_port(rest.substr(1))));
  }
  const auto colon = text.find(':');
  const auto name = text.substr(0, colon);
  if (colon != std::string_view::npos && !is_port(text.substr(colon + 1))) return false;
  return !name.empty() && name.size() <= 255 &&
         std::ranges::all_of(name, [](char c) { return is_alnum(c) || c == '.' || c == '-' || c == '_' || c == '~'; });
}

std::optional<std::uint64_t> length_of(std::string_view text) {
  std::uint64_t value = 0;
  if (text.empty() || text.size() > 18 || !std::ranges::all_of(text, is_digit)) return std::nullopt;
  std::from_chars(text.data(), text.data() + text.size(), value);
  return value;
}

struct Framing {
  std::optional<std::uint64_t> content_length;
  bool chunked = false;
};

/// Judges the whole set of fields, since what Beast makes of them depends on their order.
std::variant<HeadRefusal, Framing> framing_of(const Fields& fields, bool http_1_0) {
  const auto lengths = fields.count("content-length"), codings = fields.count("transfer-encoding");
  if (lengths + codings > 1) return HeadRefusal{400, kTwoFramings};
  Framing framing;
  if (codings == 1) {
    if (http_1_0 || *fields.find("transfer-encoding") != "chunked") return HeadRefusal{400, kCoding};
    framing.chunked = true;
  }
  if (lengths == 1) {
    framing.content_length = length_of(*fields.find("content-length"));
    if (!framing.content_length) return HeadRefusal{400, "Content-Length must be one decimal number."};
  }
  return framing;
}

std::optional<HeadRefusal> judge(const Collector<true>& parser) {
  if (parser.version != 11 && parser.version != 10) return HeadRefusal{400, "This server speaks HTTP/1.1."};
  if (!parser.target.starts_with('/') || !std::ranges::all_of(parser.target, is_visible_ascii) || parser.target.contains('#')) {
    return HeadRefusal{400, "The request target must be a path that begins with \"/\", in visible ASCII."};
  }
  if (parser.fields.count("host") != 1 || !is_host(*parser.fields.find("host"))) {
    return HeadRefusal{400, "A request needs exactly one Host field with a valid name."};
  }
  return std::nullopt;
}

}  // namespace

std::optional<HeadRefusal> HeadScan::start_line(std::string_view bytes) const {
  if (kind_ == Kind::response) {
    constexpr std::string_view version = "HTTP/1.";
    if (bytes.substr(0, version.size()) != version.substr(0, bytes.size())) return HeadRefusal{400, "The answer is no HTTP/1.1."};
    return std::nullopt;
  }
  const auto method = bytes.substr(0, std::min(bytes.find(' '), kLongestMethod + 1));
  if (!is_token(method) || method.size() > kLongestMethod) return HeadRefusal{400, kNoHttp};
  if (lines_ == 0) return std::nullopt;
  const auto line = bytes.substr(0, bytes.find('\r'));
  if (!line.ends_with(" HTTP/1.1") && !line.ends_with(" HTTP/1.0")) return HeadRefusal{400, kNoHttp};
  return std::nullopt;
}

/// A byte below space, or DEL.
std::optional<HeadRefusal> HeadScan::control(char c) {
  if (c == '\r' && !after_cr_) {
    after_cr_ = true;
    return std::nullopt;
  }
  if (c != '\n' || !after_cr_) return HeadRefusal{400, "The request's head has a control character in it."};
  after_cr_ = false;
  if (line_length_ == 0) {
    if (lines_ == 0) return HeadRefusal{400, kNoHttp};
    done_ = true;
  }
  ++lines_;
  line_length_ = 0;
  return std::nullopt;
}

std::variant<NeedMore, HeadRefusal, std::size_t> HeadScan::scan(std::string_view bytes, const HeadLimits& limits) {
  if (bytes.empty()) return NeedMore{};
  const bool starting = lines_ == 0;
  if (bytes.starts_with('\x16')) return HeadRefusal{400, "This port speaks plain HTTP. Use an address that begins with http://."};
  while (at_ < bytes.size() && at_ < limits.bytes && !done_) {
    const char c = bytes[at_++];
    const auto byte = static_cast<unsigned char>(c);
    if (byte >= 0x20 && byte != 0x7f && !after_cr_) [[likely]] {
      if (line_length_++ == 0 && c == ' ') return HeadRefusal{400, "A header line must not begin with a space."};
    } else if (c == '\t' && !after_cr_) {
      if (line_length_++ == 0 || lines_ == 0) return HeadRefusal{400, "A header line must not begin with a space."};
    } else if (auto refusal = control(c)) {
      return *refusal;
    }
  }
  if (starting) {
    if (auto refusal = start_line(bytes)) return *refusal;
  }
  // The start line and the empty line are no fields.
  if (lines_ > limits.fields + (done_ ? 2U : 1U)) return HeadRefusal{431, "The request has too many header fields."};
  if (done_) return at_;
  if (bytes.size() >= limits.bytes) return HeadRefusal{431, "The request's header is too long."};
  return NeedMore{};
}

std::variant<NeedMore, HeadRefusal, RequestParsed> parse_request_head(HeadScan& scan, std::string_view bytes,
                                                                      const HeadLimits& limits) {
  const auto scanned = scan.scan(bytes, limits);
  if (std::holds_alternative<NeedMore>(scanned)) return NeedMore{};
  if (const auto* refusal = std::get_if<HeadRefusal>(&scanned)) return *refusal;
  const auto size = std::get<std::size_t>(scanned);

  Collector<true> parser;
  if (!collect(parser, bytes.substr(0, size))) return HeadRefusal{400, "The request's head is malformed."};
  if (const auto refusal = judge(parser)) return *refusal;
  const auto framing = framing_of(parser.fields, parser.version == 10);
  if (const auto* refusal = std::get_if<HeadRefusal>(&framing)) return *refusal;

  RequestParsed parsed;
  parsed.size = size;
  parsed.http_1_0 = parser.version == 10;
  parsed.keep_alive = parser.keep_alive();
  parsed.head.content_length = std::get<Framing>(framing).content_length;
  parsed.head.chunked = std::get<Framing>(framing).chunked;
  parsed.head.method = std::move(parser.method);
  parsed.head.target = std::move(parser.target);
  const auto expect = parser.fields.find("expect");
  parsed.head.expects_continue = expect && !parsed.http_1_0 && to_lower(*expect) == "100-continue";
  parsed.head.fields = std::move(parser.fields);
  return parsed;
}

std::variant<NeedMore, HeadRefusal, ResponseParsed> parse_response_head(HeadScan& scan, std::string_view bytes,
                                                                        const HeadLimits& limits) {
  const auto scanned = scan.scan(bytes, limits);
  if (std::holds_alternative<NeedMore>(scanned)) return NeedMore{};
  if (const auto* refusal = std::get_if<HeadRefusal>(&scanned)) return *refusal;
  const auto size = std::get<std::size_t>(scanned);

  Collector<false> parser;
  // The framing is judged by framing_of; Beast would otherwise wait for a body's end.
  parser.skip(true);
  if (!collect(parser, bytes.substr(0, size))) return HeadRefusal{400, "The answer's head is malformed."};
  const auto framing = framing_of(parser.fields, parser.version == 10);
  if (const auto* refusal = std::get_if<HeadRefusal>(&framing)) return *refusal;

  ResponseParsed parsed;
  parsed.size = size;
  parsed.keep_alive = parser.keep_alive();
  parsed.content_length = std::get<Framing>(framing).content_length;
  parsed.chunked = std::get<Framing>(framing).chunked;
  parsed.head.status = parser.status;
  parsed.head.fields = std::move(parser.fields);
  return parsed;
}

}  // namespace satchel::net
