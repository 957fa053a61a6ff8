// SPDX-License-Identifier: Apache-2.0
#include "satchel/model/name.hpp"

#include <fmt/format.h>
#include <utf8proc.h>

#include <algorithm>
#include <cstdlib>
#include <memory>

#include "satchel/base/encoding.hpp"

namespace satchel {
namespace {

constexpr std::size_t kLongestName = 255;
constexpr std::size_t kLongestAddress = 254;

std::string map(std::string_view text, int options) {
  utf8proc_uint8_t* mapped = nullptr;
  const auto length = utf8proc_map(reinterpret_cast<const utf8proc_uint8_t*>(text.data()),
                                   static_cast<utf8proc_ssize_t>(text.size()), &mapped,
                                   static_cast<utf8proc_option_t>(options));
  const std::unique_ptr<utf8proc_uint8_t, decltype(&std::free)> owner(mapped, &std::free);
  if (length < 0) return std::string(text);
  return {reinterpret_cast<const char*>(mapped), static_cast<std::size_t>(length)};
}

bool has_control(std::string_view text) {
  // C0, DEL, and C1 as UTF-8 (C2 80 to C2 9F).
  for (std::size_t i = 0; i < text.size(); ++i) {
    const auto byte = static_cast<unsigned char>(text[i]);
    if (byte < 0x20 || byte == 0x7F) return true;
    if (byte == 0xC2 && i + 1 < text.size() && static_cast<unsigned char>(text[i + 1]) < 0xA0) return true;
  }
  return false;
}

/// Cuts to at most `limit` bytes without cutting a character.
std::string_view cut(std::string_view text, std::size_t limit) {
  if (text.size() <= limit) return text;
  while (limit > 0 && (static_cast<unsigned char>(text[limit]) & 0xC0) == 0x80) --limit;
  return text.substr(0, limit);
}

}  // namespace

Result<std::string> check_name(std::string_view name) {
  if (name.empty()) return fail(ErrorCode::invalid, "The name is empty. Give it at least one character.", {}, "bad_name");
  if (name.size() > kLongestName) {
    return fail(ErrorCode::invalid, "The name is too long. Use at most 255 bytes (UTF-8).", {}, "bad_name");
  }
  if (!is_utf8(name)) return fail(ErrorCode::invalid, "The name is not UTF-8. Send it as UTF-8.", {}, "bad_name");
  if (name == "." || name == "..") {
    return fail(ErrorCode::invalid, "'.' and '..' are no names. Choose another.", {}, "bad_name");
  }
  if (name.contains('/') || has_control(name)) {
    return fail(ErrorCode::invalid, "The name has a '/' or a control character. Leave it out.", {}, "bad_name");
  }
  return std::string(name);
}

std::string fold_name(std::string_view name) {
  return map(name, UTF8PROC_STABLE | UTF8PROC_COMPOSE | UTF8PROC_CASEFOLD);
}

std::string numbered_name(std::string_view name, int n) {
  const auto dot = name.rfind('.');
  const bool has_extension = dot != std::string_view::npos && dot > 0 && name.size() - dot <= 16;
  const std::string_view stem = has_extension ? name.substr(0, dot) : name;
  const std::string_view extension = has_extension ? name.substr(dot) : std::string_view{};
  const std::string number = fmt::format(" ({})", n);
  return fmt::format("{}{}{}", cut(stem, kLongestName - extension.size() - number.size()), number, extension);
}

std::string numbered_folder_name(std::string_view name, int n) {
  const std::string number = fmt::format(" ({})", n);
  return fmt::format("{}{}", cut(name, kLongestName - number.size()), number);
}

Result<std::string> fold_email(std::string_view address) {
  const auto at = address.find('@');
  const bool whole = at != std::string_view::npos && at > 0 && at + 1 < address.size() &&
                     std::ranges::count(address, '@') == 1 && address.size() <= kLongestAddress &&
                     is_utf8(address) && !has_control(address) &&
                     std::ranges::none_of(address, [](char c) { return std::string_view(" <>\",;:\\()[]").contains(c); });
  if (!whole) return fail(ErrorCode::invalid, "This is not an e-mail address. Write it like name@example.org.", {}, "bad_email");
  return map(address, UTF8PROC_STABLE | UTF8PROC_COMPOSE | UTF8PROC_COMPAT | UTF8PROC_CASEFOLD);
}

}  // namespace satchel
