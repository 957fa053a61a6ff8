// SPDX-License-Identifier: Apache-2.0
#include "satchel/net/head_writer.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <iterator>

namespace satchel::net {
namespace {

bool is_servers_own(std::string_view name) {
  static constexpr std::string_view kOwn[] = {"connection", "content-length", "date", "keep-alive", "transfer-encoding"};
  return std::ranges::find(kOwn, to_lower(name)) != std::end(kOwn);
}

void add(std::string& text, std::string_view name, std::string_view value) {
  text.append(name).append(": ").append(value).append("\r\n");
}

}  // namespace

bool has_body(int status) { return status >= 200 && status != 204 && status != 304; }

std::string write_head(const ResponseHead& head, const AnswerFraming& framing, std::string_view date) {
  if (head.status < 200 || head.status > 599) return {};
  std::string text;
  text.reserve(256);
  fmt::format_to(std::back_inserter(text), "HTTP/1.1 {} {}\r\n", head.status, reason_phrase(head.status));
  for (const auto& [name, value] : head.fields) {
    if (!is_token(name) || !is_field_value(value)) return {};
    if (!is_servers_own(name)) add(text, name, value);
  }
  add(text, "Date", date);
  if (framing.chunked) add(text, "Transfer-Encoding", "chunked");
  if (framing.content_length && head.status != 204) add(text, "Content-Length", fmt::format_int(*framing.content_length).c_str());
  if (!framing.keep_alive) {
    add(text, "Connection", "close");
  } else if (framing.http_1_0) {
    add(text, "Connection", "keep-alive");
  }
  text += "\r\n";
  return text;
}

}  // namespace satchel::net
