// SPDX-License-Identifier: Apache-2.0
#include "satchel/base/crc.hpp"

#include <array>
#include <cstddef>

#include "satchel/base/encoding.hpp"

namespace satchel {
namespace {

/// Table of a reflected CRC: the remainder of each byte.
template <class Number>
constexpr std::array<Number, 256> remainders(Number polynomial) {
  std::array<Number, 256> table{};
  for (std::size_t byte = 0; byte < table.size(); ++byte) {
    Number remainder = static_cast<Number>(byte);
    for (int bit = 0; bit < 8; ++bit) {
      remainder = (remainder >> 1) ^ ((remainder & 1) ? polynomial : 0);
    }
    table[byte] = remainder;
  }
  return table;
}

constexpr auto kCrc64 = remainders<std::uint64_t>(0x9A6C9329AC4BC9B5);
constexpr auto kCrc32 = remainders<std::uint32_t>(0x82F63B78);

template <class Number>
Number run(const std::array<Number, 256>& table, std::string_view bytes, Number before) {
  Number crc = ~before;
  for (const char byte : bytes) crc = (crc >> 8) ^ table[(crc ^ static_cast<unsigned char>(byte)) & 0xFF];
  return ~crc;
}

template <class Number>
std::string big_endian_base64(Number number) {
  std::string bytes(sizeof number, '\0');
  for (auto byte = bytes.rbegin(); byte != bytes.rend(); ++byte, number >>= 8) *byte = static_cast<char>(number & 0xFF);
  return to_base64(bytes);
}

}  // namespace

std::uint64_t crc64nvme(std::string_view bytes, std::uint64_t before) { return run(kCrc64, bytes, before); }
std::uint32_t crc32c(std::string_view bytes, std::uint32_t before) { return run(kCrc32, bytes, before); }

std::string checksum_text(std::uint64_t crc64) { return big_endian_base64(crc64); }
std::string checksum_text(std::uint32_t crc32) { return big_endian_base64(crc32); }

}  // namespace satchel
