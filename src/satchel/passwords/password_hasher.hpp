// SPDX-License-Identifier: Apache-2.0
// Argon2id (RFC 9106) by libargon2. Each hash takes its memory and a processor for a good while, so only a few run at once; the others
// wait in a short queue until their deadline. Any thread may call.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>

#include "satchel/base/clock.hpp"
#include "satchel/base/random.hpp"
#include "satchel/ports/vault.hpp"

namespace satchel {

struct PasswordHasherOptions {
  std::uint32_t memory_kib = 64 * 1024;  // of each hash
  std::uint32_t passes = 3;
  std::uint32_t lanes = 1;
  int at_once = 0;                       // 0: as many as there are processors
  int queue = 64;                        // that may wait; more are refused at once
};

/// Clock and random outlive it. New hashes have these parameters; a hash with others is verified by its own.
std::unique_ptr<PasswordHasher> argon2_password_hasher(const PasswordHasherOptions& options, Clock& clock, Random& random);

}  // namespace satchel
