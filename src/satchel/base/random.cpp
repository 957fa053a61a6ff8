// SPDX-License-Identifier: Apache-2.0
#include "satchel/base/random.hpp"

#include <sys/random.h>

#include <algorithm>
#include <array>
#include <cstdint>
#include <cstdlib>
#include <limits>

namespace satchel {
namespace {

constexpr std::string_view kBase62 =
    "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
constexpr std::string_view kCrockford = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";
constexpr std::size_t kIdLength = 22;

class SystemRandom final : public Random {
 public:
  void fill(std::span<std::byte> bytes) override {
    while (!bytes.empty()) {
      const auto got = getrandom(bytes.data(), bytes.size(), 0);
      if (got < 0) std::abort();
      bytes = bytes.subspan(static_cast<std::size_t>(got));
    }
  }
};

/// The bytes as a big number in base 62, least digit first, padded to `length`.
template <std::size_t N>
std::string base62(std::array<std::byte, N> number, std::size_t length) {
  std::string text(length, '0');
  for (char& digit : text) {
    unsigned remainder = 0;
    for (std::byte& byte : number) {
      const unsigned value = remainder * 256 + std::to_integer<unsigned>(byte);
      byte = static_cast<std::byte>(value / 62);
      remainder = value % 62;
    }
    digit = kBase62[remainder];
  }
  return text;
}

}  // namespace

std::unique_ptr<Random> system_random() { return std::make_unique<SystemRandom>(); }

std::string random_id(Random& random) {
  std::array<std::byte, 16> bytes;
  random.fill(bytes);
  return base62(bytes, kIdLength);
}

bool is_random_id(std::string_view text) {
  return text.size() == kIdLength && std::ranges::all_of(text, [](char c) {
           return kBase62.contains(c);
         });
}

std::string random_secret(Random& random) {
  std::array<std::byte, 32> bytes;
  random.fill(bytes);
  return base62(bytes, 43);
}

std::string ulid(Time time, Random& random) {
  std::array<std::byte, 10> bytes;
  random.fill(bytes);
  std::string text(26, '0');
  auto millis = static_cast<std::uint64_t>(to_millis(time));
  for (std::size_t i = 10; i-- > 0; millis >>= 5) text[i] = kCrockford[millis & 31];
  for (std::size_t half = 0; half < 2; ++half) {
    std::uint64_t bits = 0;
    for (std::size_t i = 0; i < 5; ++i) bits = bits << 8 | std::to_integer<std::uint64_t>(bytes[half * 5 + i]);
    for (std::size_t i = 8; i-- > 0; bits >>= 5) text[10 + half * 8 + i] = kCrockford[bits & 31];
  }
  return text;
}

std::uint64_t random_below(Random& random, std::uint64_t bound) {
  const std::uint64_t limit = std::numeric_limits<std::uint64_t>::max() / bound * bound;
  for (;;) {
    std::uint64_t value = 0;
    random.fill(std::as_writable_bytes(std::span(&value, 1)));
    if (value < limit) return value % bound;
  }
}

}  // namespace satchel
