// SPDX-License-Identifier: Apache-2.0
#include "satchel/functions/listing.hpp"

namespace satchel {

Result<Page> query_some(const Call& call, const TableReader& table, Query query) {
  constexpr int kMostReads = 20;
  Page page = TRY(table.query(call, query));
  for (int read = 1; read < kMostReads && page.items.empty() && !page.cursor.empty(); ++read) {
    query.cursor = page.cursor;
    page = TRY(table.query(call, query));
  }
  return page;
}

void add_page(const Page& page, Json& answer) {
  Json entries = Json::array();
  for (const Item& item : page.items) entries.push(entry_json(item));
  answer.set("entries", std::move(entries));
  if (!page.cursor.empty()) answer.set("cursor", page.cursor);
}

Result<void> add_children(const Call& call, const TableReader& table, const EntryId& folder, int limit, const std::string& cursor, Json& answer) {
  add_page(TRY(query_some(call, table, {.partition = keys::entry(folder).partition, .prefix = std::string(keys::kChildPrefix),
                                        .limit = limit, .cursor = cursor})),
           answer);
  return {};
}

}  // namespace satchel
