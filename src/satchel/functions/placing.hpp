// SPDX-License-Identifier: Apache-2.0
// Putting an entry into a folder: what renaming, moving and restoring have in common. O(1), whatever hangs below.
#pragma once

#include "satchel/functions/entries.hpp"

namespace satchel {

/// The tree guard's revision: read before the ancestors of the place where a folder shall go.
Result<std::int64_t> read_tree_guard(const Call& call, const TableReader& table, const SpaceId& space);
/// Folder moves of one space follow each other: of two that together would make a ring, the second fails.
Operation pass_tree_guard(const SpaceId& space, std::int64_t revision);

/// Errors: invalid move_into_itself, too_deep; not_found where the folder is of another space.
Result<void> check_place(const Located& entry, const Located& folder);

/// META as it will be: there, under that name, live.
Item placed(const Item& meta, const EntryId& folder, std::string_view name);

}  // namespace satchel
