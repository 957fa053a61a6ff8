// SPDX-License-Identifier: Apache-2.0
// Pages of entries in answers.
#pragma once

#include "satchel/functions/entries.hpp"

namespace satchel {

/// Like TableReader::query, but an empty page is the last one, as far as a few reads can tell.
Result<Page> query_some(const Call& call, const TableReader& table, Query query);

/// Adds "entries" and, where there is more, "cursor".
Result<void> add_children(const Call& call, const TableReader& table, const EntryId& folder, int limit, const std::string& cursor, Json& answer);
void add_page(const Page& page, Json& answer);

}  // namespace satchel
