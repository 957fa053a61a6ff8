// SPDX-License-Identifier: Apache-2.0
// Items of a file beside its META: versions, and blobs that versions share.
#pragma once

#include "satchel/functions/entries.hpp"

namespace satchel {

inline constexpr std::int64_t kVersionsKept = 10;  // the newest; they count against the quota like everything else

/// The version that META shows as its content.
Item version_item(const Item& meta, std::string_view author);
Item blob_item(std::string_view object_key, std::int64_t size);

/// Everything that a new or changed file consists of, in META: what is there and shown.
void set_content(Item& meta, std::string_view object_key, std::int64_t size, std::int64_t revision);

/// Removes versions of one file with their hold on blobs and gives the room back: at most three operations a version, and one. A blob
/// that nobody holds any more goes, too, with the event blob.released.
Result<Transaction> drop_versions(const Context& context, const TableReader& table, const SpaceId& space, const std::vector<Item>& versions);

}  // namespace satchel
