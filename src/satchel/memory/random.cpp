// SPDX-License-Identifier: Apache-2.0
#include "satchel/memory/random.hpp"

namespace satchel {

// SplitMix64 (Steele, Lea, Flood: "Fast splittable pseudorandom number generators", 2014).
std::uint64_t SeededRandom::next() {
  constexpr std::uint64_t kStep = 0x9E3779B97F4A7C15;
  std::uint64_t z = state_.fetch_add(kStep) + kStep;
  z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9;
  z = (z ^ (z >> 27)) * 0x94D049BB133111EB;
  return z ^ (z >> 31);
}

void SeededRandom::fill(std::span<std::byte> bytes) {
  std::uint64_t number = 0;
  for (std::size_t i = 0; i < bytes.size(); ++i, number >>= 8) {
    if (i % 8 == 0) number = next();
    bytes[i] = static_cast<std::byte>(number & 0xFF);
  }
}

bool SeededRandom::chance(int percent) { return random_below(*this, 100) < static_cast<std::uint64_t>(percent); }

}  // namespace satchel
