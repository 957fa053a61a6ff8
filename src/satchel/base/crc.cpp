// SPDX-License-Identifier: Apache-2.0
#include "satchel/base/crc.hpp"

#include <array>
#include <cstddef>

#include "satchel/base/crc_fold.hpp"
#include "satchel/base/crc_polynomial.hpp"
#include "satchel/base/encoding.hpp"

namespace satchel {
namespace {

using detail::kCrc32Polynomial;
using detail::kCrc64Polynomial;

/// Table of a reflected CRC: the remainder of each byte.
template <class Number>
constexpr std::array<Number, 256> remainders(Number polynomial) {
  std::array<Number, 256> table{};
  for (std::size_t byte = 0; byte < table.size(); ++byte) {
    Number remainder = static_cast<Number>(byte);
    for (int bit = 0; bit < 8; ++bit) remainder = detail::times_x(remainder, polynomial);
    table[byte] = remainder;
  }
  return table;
}

constexpr auto kCrc64 = remainders(kCrc64Polynomial);
constexpr auto kCrc32 = remainders(kCrc32Polynomial);

template <class Number>
Number run(const std::array<Number, 256>& table, std::string_view bytes, Number before) {
  Number crc = ~before;
  for (const char byte : bytes) crc = (crc >> 8) ^ table[(crc ^ static_cast<unsigned char>(byte)) & 0xFF];
  return ~crc;
}

/// Moving a CRC over n bytes multiplies it by x^8n; the inversions at both ends cancel out.
template <class Number>
Number combine(Number first, Number second, std::uint64_t second_length, Number polynomial) {
  // 8n mod the order of x would overflow only behind 2 EiB.
  return detail::multiply(first, detail::power_of_x(8 * second_length, polynomial), polynomial) ^ second;
}

template <class Number>
std::string big_endian_base64(Number number) {
  std::string bytes(sizeof number, '\0');
  for (auto byte = bytes.rbegin(); byte != bytes.rend(); ++byte, number >>= 8) *byte = static_cast<char>(number & 0xFF);
  return to_base64(bytes);
}

}  // namespace

namespace detail {
std::uint64_t crc64nvme_by_table(std::string_view bytes, std::uint64_t before) { return run(kCrc64, bytes, before); }
std::uint32_t crc32c_by_table(std::string_view bytes, std::uint32_t before) { return run(kCrc32, bytes, before); }
}  // namespace detail

std::uint64_t crc64nvme(std::string_view bytes, std::uint64_t before) {
  static const bool fold = detail::folding_works();
  return fold ? detail::crc64nvme_by_folding(bytes, before) : detail::crc64nvme_by_table(bytes, before);
}

std::uint32_t crc32c(std::string_view bytes, std::uint32_t before) {
  static const bool fold = detail::folding_works();
  return fold ? detail::crc32c_by_folding(bytes, before) : detail::crc32c_by_table(bytes, before);
}

std::uint64_t crc64nvme_combine(std::uint64_t first, std::uint64_t second, std::uint64_t second_length) {
  return combine(first, second, second_length, kCrc64Polynomial);
}
std::uint32_t crc32c_combine(std::uint32_t first, std::uint32_t second, std::uint64_t second_length) {
  return combine(first, second, second_length, kCrc32Polynomial);
}

std::string checksum_text(std::uint64_t crc64) { return big_endian_base64(crc64); }
std::string checksum_text(std::uint32_t crc32) { return big_endian_base64(crc32); }

}  // namespace satchel
