// SPDX-License-Identifier: Apache-2.0
// Randomness that a seed repeats, for tests; worthless as a secret. Any thread may call.
#pragma once

#include <atomic>
#include <cstdint>

#include "satchel/base/random.hpp"

namespace satchel {

class SeededRandom final : public Random {
 public:
  explicit SeededRandom(std::uint64_t seed) : state_(seed) {}
  void fill(std::span<std::byte> bytes) override;
  /// Whether an event of this probability happens.
  bool chance(int percent);

 private:
  std::uint64_t next();

  std::atomic<std::uint64_t> state_;
};

}  // namespace satchel
