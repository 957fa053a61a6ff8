// SPDX-License-Identifier: Apache-2.0
// Copies. A file's copy holds the same blob and takes its own room; a folder's copy is there at once, and its content follows by the
// event folder.copying, a page a step, under ids that follow from source and target, so that nothing is copied twice.
#pragma once

#include "satchel/functions/naming.hpp"

namespace satchel {

struct CopyPlace {
  EntryId folder;
  std::string name;
  OnConflict conflict = OnConflict::rename;
};

/// META of the copy. For attempt(): once the copy is there, it is the answer. Errors: not_found, conflict (name_taken), too_large
/// (quota_exceeded), and those that pass by themselves.
Result<Item> copy_file(const Context& context, const TableReader& table, TableWriter& writer, const Item& source, const CopyPlace& place, const EntryId& copy);

/// Likewise, of a folder, with the event that brings its content. `top` is the copy that was asked for; it is not copied into itself.
Result<Item> copy_folder(const Context& context, const TableReader& table, TableWriter& writer, const Item& source, const CopyPlace& place, const EntryId& copy,
                         const EntryId& top);

/// The id of the copy of `source` within the folder `target`; always the same.
EntryId copy_id(const EntryId& target, const EntryId& source);

}  // namespace satchel
