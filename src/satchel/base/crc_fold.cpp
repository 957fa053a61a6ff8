// SPDX-License-Identifier: Apache-2.0
#include "satchel/base/crc_fold.hpp"

#include <cstddef>
#include <cstring>
#include <utility>

#include "satchel/base/crc_polynomial.hpp"

#if defined(__x86_64__)
#include <immintrin.h>
#endif

namespace satchel::detail {

#if defined(__x86_64__)
namespace {

constexpr std::size_t kLanes = 8;  // enough to hide the multiplier's latency
constexpr std::size_t kBlock = kLanes * 16;

/// What the two halves of 16 bytes are multiplied with to move them `bytes` bytes on: x^(8·bytes+63) and x^(8·bytes−1), as
/// 64-bit reflected numbers; one less than the distance, since a product of reflected numbers comes out times x.
struct Step {
  std::uint64_t first, second;
};

template <class Number>
constexpr Step step_over(std::uint64_t bytes, Number polynomial) {
  constexpr int shift = 64 - static_cast<int>(sizeof(Number)) * 8;
  return {static_cast<std::uint64_t>(power_of_x(8 * bytes + 63, polynomial)) << shift,
          static_cast<std::uint64_t>(power_of_x(8 * bytes - 1, polynomial)) << shift};
}

#define SATCHEL_FOLDING __attribute__((target("pclmul,sse4.1")))

SATCHEL_FOLDING inline __m128i load(const char* bytes) { return _mm_loadu_si128(reinterpret_cast<const __m128i*>(bytes)); }

SATCHEL_FOLDING inline __m128i vector_of(const Step& step) {
  return _mm_set_epi64x(static_cast<long long>(step.second), static_cast<long long>(step.first));
}

SATCHEL_FOLDING inline __m128i fold(__m128i value, __m128i step, __m128i onto) {
  return _mm_xor_si128(_mm_xor_si128(_mm_clmulepi64_si128(value, step, 0x00), _mm_clmulepi64_si128(value, step, 0x11)), onto);
}

/// Folds whole blocks into 16 bytes whose remainder is that of them all; `bytes` moves behind them. At least one block.
template <class Number, Number kPolynomial>
SATCHEL_FOLDING void fold_blocks(std::string_view& bytes, std::uint64_t start, char* folded) {
  constexpr Step over_block = step_over(kBlock, kPolynomial), over_lane = step_over(16, kPolynomial);
  const __m128i far = vector_of(over_block), near = vector_of(over_lane);
  __m128i lanes[kLanes];
  for (std::size_t i = 0; i < kLanes; ++i) lanes[i] = load(bytes.data() + 16 * i);
  lanes[0] = _mm_xor_si128(lanes[0], _mm_set_epi64x(0, static_cast<long long>(start)));
  for (bytes.remove_prefix(kBlock); bytes.size() >= kBlock; bytes.remove_prefix(kBlock)) {
#pragma GCC unroll 8
    for (std::size_t i = 0; i < kLanes; ++i) lanes[i] = fold(lanes[i], far, load(bytes.data() + 16 * i));
  }
  __m128i one = lanes[0];
  for (std::size_t i = 1; i < kLanes; ++i) one = fold(one, near, lanes[i]);
  _mm_storeu_si128(reinterpret_cast<__m128i*>(folded), one);
}

template <class Number, Number kPolynomial, Number (*kByTable)(std::string_view, Number)>
Number run(std::string_view bytes, Number before) {
  if (bytes.size() < kBlock) return kByTable(bytes, before);
  char folded[16];
  fold_blocks<Number, kPolynomial>(bytes, static_cast<Number>(~before), folded);
  // All ones inverted: the folded bytes start from a register of zeros.
  return kByTable(bytes, kByTable({folded, sizeof folded}, static_cast<Number>(~Number{0})));
}

}  // namespace

bool folding_works() { return __builtin_cpu_supports("pclmul") && __builtin_cpu_supports("sse4.1"); }

std::uint64_t crc64nvme_by_folding(std::string_view bytes, std::uint64_t before) {
  return run<std::uint64_t, kCrc64Polynomial, crc64nvme_by_table>(bytes, before);
}
std::uint32_t crc32c_by_folding(std::string_view bytes, std::uint32_t before) {
  return run<std::uint32_t, kCrc32Polynomial, crc32c_by_table>(bytes, before);
}

#else

bool folding_works() { return false; }
std::uint64_t crc64nvme_by_folding(std::string_view, std::uint64_t) { std::unreachable(); }
std::uint32_t crc32c_by_folding(std::string_view, std::uint32_t) { std::unreachable(); }

#endif

}  // namespace satchel::detail
