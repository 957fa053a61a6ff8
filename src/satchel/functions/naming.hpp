// SPDX-License-Identifier: Apache-2.0
// What happens where a name is taken in a folder.
#pragma once

#include "satchel/functions/entries.hpp"

namespace satchel {

enum class OnConflict { fail, rename, replace };

std::string_view to_string(OnConflict choice);
/// The member "conflict" of a request; fail where it is absent. Error: invalid.
Result<OnConflict> read_conflict(JsonReader& body, bool may_replace);
OnConflict conflict_from(std::string_view stored);

std::unexpected<Error> name_taken();

/// The name itself where it is free in the folder or `self` has it, else the first free "name (2)", "name (3)" …
/// `kind`, as entries have it, tells whether the name may end in an extension. Error: conflict name_taken after a thousand.
Result<std::string> free_name(const Call& call, const TableReader& table, const EntryId& folder, std::string_view name, std::string_view kind,
                              const EntryId& self);

/// By the choice: the name, or name_taken.
Result<std::string> settle_name(const Call& call, const TableReader& table, const EntryId& folder, std::string_view name,
                                std::string_view kind, const EntryId& self, OnConflict choice);

}  // namespace satchel
