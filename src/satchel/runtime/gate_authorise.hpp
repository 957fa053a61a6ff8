// SPDX-License-Identifier: Apache-2.0
// The gate that asks whether this caller may start this function at all; what it may do with which entry decide() judges inside.
#pragma once

#include "satchel/base/result.hpp"
#include "satchel/runtime/registry.hpp"

namespace satchel {

/// For rows that are not open. Errors: unauthenticated (nobody), forbidden (type administrator_wanted, scope_missing, sign_in_wanted).
Result<void> authorise(const Row& row, const Principal& principal);

}  // namespace satchel
