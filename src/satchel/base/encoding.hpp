// SPDX-License-Identifier: Apache-2.0
// Bytes as text and back: hex, base64, percent-encoding; UTF-8. Decoders are strict: one spelling for one value.
#pragma once

#include <cstddef>
#include <optional>
#include <span>
#include <string>
#include <string_view>

namespace satchel {

/// Bytes are kept in std::string; these make a view of one as std::byte and back.
inline std::span<const std::byte> as_bytes(std::string_view text) {
  return std::as_bytes(std::span(text.data(), text.size()));
}

std::string to_hex(std::string_view bytes);                            // lower case
std::optional<std::string> from_hex(std::string_view text);            // lower case only, even length

std::string to_base64(std::string_view bytes);                         // RFC 4648 section 4, padded
std::optional<std::string> from_base64(std::string_view text);
std::string to_base64url(std::string_view bytes);                      // RFC 4648 section 5, without padding
std::optional<std::string> from_base64url(std::string_view text);

/// RFC 3986: everything but the unreserved characters as %XX, upper case; '/' is kept where asked.
std::string percent_encode(std::string_view text, bool keep_slash = false);
/// Decodes %XX once; '+' stays. Empty where a % has not two hex digits behind it.
std::optional<std::string> percent_decode(std::string_view text);

/// Well-formed UTF-8 (no overlong forms, no surrogates, nothing above U+10FFFF).
bool is_utf8(std::string_view text);

}  // namespace satchel
