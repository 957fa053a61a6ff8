// SPDX-License-Identifier: Apache-2.0
// Randomness and the opaque ids made of it.
#pragma once

#include <cstddef>
#include <memory>
#include <span>
#include <string>

#include "satchel/base/time.hpp"

namespace satchel {

/// Any thread may call. The system's source is cryptographically strong; a test's is seeded.
class Random {
 public:
  virtual ~Random() = default;
  virtual void fill(std::span<std::byte> bytes) = 0;
};

/// getrandom(2). Ends the process if the kernel has none to give.
std::unique_ptr<Random> system_random();

/// 128 random bits as 22 characters of [0-9A-Za-z]: the form of every id and link token.
std::string random_id(Random& random);
bool is_random_id(std::string_view text);

/// 256 random bits as 43 characters of [0-9A-Za-z]: the form of secrets (API tokens, codes, refresh tokens).
std::string random_secret(Random& random);

/// 26 characters of Crockford base32: 48 bits of milliseconds, 80 random bits; sorts by time (github.com/ulid/spec).
std::string ulid(Time time, Random& random);

/// Uniform in [0, bound); bound > 0.
std::uint64_t random_below(Random& random, std::uint64_t bound);

}  // namespace satchel
