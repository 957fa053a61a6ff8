// SPDX-License-Identifier: Apache-2.0
#include "satchel/model/content_disposition.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "satchel/base/encoding.hpp"

namespace satchel {
namespace {

struct Character {
  char32_t code = 0;
  std::size_t length = 1;
};

/// The first character of well-formed UTF-8.
Character first_of(std::string_view text) {
  const auto byte = [&](std::size_t i) { return static_cast<unsigned char>(text[i]); };
  if (byte(0) < 0x80) return {byte(0), 1};
  const std::size_t length = byte(0) < 0xe0 ? 2 : byte(0) < 0xf0 ? 3 : 4;
  char32_t code = byte(0) & (0x7fu >> length);
  for (std::size_t i = 1; i < length; ++i) code = code << 6 | (byte(i) & 0x3fu);
  return {code, length};
}

bool misleads(char32_t code) {
  return code < 0x20 || (code >= 0x7f && code < 0xa0) || code == 0x61c || code == 0x200e || code == 0x200f ||
         (code >= 0x2028 && code <= 0x202e) || (code >= 0x2066 && code <= 0x2069) || code == 0xfeff;
}

/// What a name may be on any system and in a quoted string, whatever a client does to it.
bool is_plain(char32_t code) { return code >= 0x20 && code < 0x7f && std::string_view("\"\\%/:*?<>|").find(static_cast<char>(code)) == std::string_view::npos; }

}  // namespace

std::string content_disposition(std::string_view file_name, bool inline_view) {
  std::string ascii, full;
  while (!file_name.empty()) {
    const std::size_t most = std::min<std::size_t>(file_name.size(), 4);
    std::size_t known = 0;
    for (std::size_t length = 1; length <= most && known == 0; ++length) known = is_utf8(file_name.substr(0, length)) ? length : 0;
    const Character character = known ? first_of(file_name) : Character{U'_', 1};
    if (!misleads(character.code)) {
      ascii += is_plain(character.code) ? static_cast<char>(character.code) : '_';
      const bool slash = character.code == U'/' || character.code == U'\\';
      full += !known || slash ? std::string_view("_") : file_name.substr(0, character.length);
    }
    file_name.remove_prefix(character.length);
  }
  if (full.empty()) ascii = full = "download";
  return fmt::format("{}; filename=\"{}\"; filename*=UTF-8''{}", inline_view ? "inline" : "attachment", ascii, percent_encode(full));
}

}  // namespace satchel
