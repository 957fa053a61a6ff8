// SPDX-License-Identifier: Apache-2.0
// One factory per function, each defined beside its class; registry.cpp puts them into rows.
#pragma once

#include <memory>

#include "satchel/runtime/registry.hpp"

namespace satchel::make {

using Made = std::unique_ptr<Function>;

// Spaces and entries.
// Uploads and downloads.
// Links.
// Tokens, users, settings.
// Events.

}  // namespace satchel::make
