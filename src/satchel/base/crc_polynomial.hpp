// SPDX-License-Identifier: Apache-2.0
// Polynomials over GF(2), reflected: the highest bit of Number is the coefficient of x^0. The arithmetic behind both CRCs; all
// of it also at compile time.
#pragma once

#include <cstdint>

namespace satchel::detail {

inline constexpr std::uint64_t kCrc64Polynomial = 0x9A6C9329AC4BC9B5;
inline constexpr std::uint32_t kCrc32Polynomial = 0x82F63B78;

template <class Number>
inline constexpr Number kOne = Number{1} << (sizeof(Number) * 8 - 1);

/// a * x mod P.
template <class Number>
constexpr Number times_x(Number a, Number polynomial) {
  return (a >> 1) ^ ((a & 1) ? polynomial : 0);
}

/// a * b mod P.
template <class Number>
constexpr Number multiply(Number a, Number b, Number polynomial) {
  Number product = 0;
  for (Number bit = kOne<Number>; bit != 0; bit >>= 1, b = times_x(b, polynomial)) {
    if (a & bit) product ^= b;
  }
  return product;
}

/// x^exponent mod P.
template <class Number>
constexpr Number power_of_x(std::uint64_t exponent, Number polynomial) {
  Number result = kOne<Number>, square = kOne<Number> >> 1;
  for (; exponent != 0; exponent >>= 1, square = multiply(square, square, polynomial)) {
    if (exponent & 1) result = multiply(result, square, polynomial);
  }
  return result;
}

}  // namespace satchel::detail
