// SPDX-License-Identifier: Apache-2.0
#include "satchel/identity/password_rules.hpp"

#include <fmt/format.h>
#include <utf8proc.h>

#include <algorithm>
#include <cstdlib>
#include <memory>

#include "satchel/base/encoding.hpp"

namespace satchel::identity {
namespace {

constexpr std::size_t kMostBytes = 1024, kFewestCharacters = 10;
constexpr std::size_t kLongestName = 100;

std::string map(std::string_view text, int options) {
  utf8proc_uint8_t* mapped = nullptr;
  const auto length = utf8proc_map(reinterpret_cast<const utf8proc_uint8_t*>(text.data()), static_cast<utf8proc_ssize_t>(text.size()),
                                   &mapped, static_cast<utf8proc_option_t>(options));
  const std::unique_ptr<utf8proc_uint8_t, decltype(&std::free)> owner(mapped, &std::free);
  if (length < 0) return std::string(text);
  return {reinterpret_cast<const char*>(mapped), static_cast<std::size_t>(length)};
}

constexpr int kNfkc = UTF8PROC_STABLE | UTF8PROC_COMPOSE | UTF8PROC_COMPAT;
std::string fold(std::string_view text) { return map(text, kNfkc | UTF8PROC_CASEFOLD); }

std::size_t characters(std::string_view utf8) {
  return static_cast<std::size_t>(std::ranges::count_if(utf8, [](char c) { return (static_cast<unsigned char>(c) & 0xC0) != 0x80; }));
}

/// How far one key of a run is from the one before; 0 stands behind 9.
int step(char a, char b) {
  if (a == '9' && b == '0') return 1;
  return a == '0' && b == '9' ? -1 : b - a;
}

/// "aaaaaaaaaa", "1234567890", "zyxwvutsrq": each as far from the one before.
bool is_run(std::string_view text) {
  const int first = step(text[0], text[1]);
  if (first < -1 || first > 1) return false;
  for (std::size_t i = 1; i < text.size(); ++i) {
    if (step(text[i - 1], text[i]) != first) return false;
  }
  return true;
}

/// The address itself, or a password made of its first part and little else.
bool repeats_address(std::string_view folded, std::string_view email) {
  const std::string address = fold(email);
  const std::string_view local = std::string_view(address).substr(0, address.find('@'));
  return folded == address || (local.size() >= 4 && folded.contains(local) && folded.size() < local.size() + 5);
}

std::unexpected<Error> weak(std::string_view why) {
  return fail(ErrorCode::invalid, fmt::format("{} {}", why, kPasswordRule), {}, "weak_password");
}

bool has_control(std::string_view text) {
  return std::ranges::any_of(text, [](char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7F; });
}

}  // namespace

Result<std::string> normalise_password(std::string_view password) {
  if (password.size() > kMostBytes) {
    return fail(ErrorCode::invalid, "The password is too long. Use at most 1,024 bytes.", {}, "password_too_long");
  }
  std::string normal = map(password, kNfkc);
  // A character may grow eighteenfold.
  if (normal.size() > kMostBytes) return fail(ErrorCode::invalid, "The password is too long. Use at most 1,024 bytes.", {}, "password_too_long");
  return normal;
}

Result<std::string> check_new_password(std::string_view password, std::string_view email) {
  std::string normal = TRY(normalise_password(password));
  if (!is_utf8(normal) || has_control(normal)) return weak("The password has a control character.");
  if (characters(normal) < kFewestCharacters) return weak("The password is too short.");
  const std::string folded = fold(normal);
  if (is_common_password(folded) || is_run(folded)) return weak("This password is known to everybody.");
  if (repeats_address(folded, email)) return weak("The password is much like the e-mail address.");
  return normal;
}

Result<std::string> check_person_name(std::string_view name) {
  if (name.empty() || !is_utf8(name) || has_control(name) || characters(name) > kLongestName) {
    return fail(ErrorCode::invalid, "Give a name of 1 to 100 characters, without control characters.", {}, "bad_name");
  }
  return std::string(name);
}

}  // namespace satchel::identity
