// SPDX-License-Identifier: Apache-2.0
// Paths of names below a folder; only people and the command line use them, never a key or an address.
#pragma once

#include <string>
#include <vector>

#include "satchel/functions/entries.hpp"

namespace satchel {

/// "a/b/c" as its names; empty for "". Error: invalid for an empty or bad name, or more than kDeepest.
Result<std::vector<std::string>> names_of(std::string_view path);

}  // namespace satchel
