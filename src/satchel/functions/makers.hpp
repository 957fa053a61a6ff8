// SPDX-License-Identifier: Apache-2.0
// One factory per function, each defined beside its class; registry.cpp puts them into rows.
#pragma once

#include <memory>

#include "satchel/runtime/registry.hpp"

namespace satchel::make {

using Made = std::unique_ptr<Function>;

// Spaces and entries.
Made get_me(const Wiring& wiring);
Made change_me(const Wiring& wiring);
Made list_folder(const Wiring& wiring);
Made get_entry(const Wiring& wiring);
Made resolve_path(const Wiring& wiring);
Made create_folder(const Wiring& wiring);
Made change_entry(const Wiring& wiring);
Made trash_entry(const Wiring& wiring);
Made list_trash(const Wiring& wiring);
Made restore_entry(const Wiring& wiring);

// Uploads and downloads.
// Links.
// Tokens, users, settings.
// Events.

}  // namespace satchel::make
