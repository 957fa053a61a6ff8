// SPDX-License-Identifier: Apache-2.0
// What adapters of Table do alike, as pure functions: what a condition means, what an operation makes of an item, where an
// item stands in an index, which sort keys a query spans, and cursors that fit one query only. Any thread may call.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "satchel/ports/table.hpp"

namespace satchel {

/// Whether every clause holds for the item as it is; null where it is absent.
bool holds(const Condition& condition, const Item* item);

/// The item after the operation; empty where it is gone (or never was). Errors: invalid (an addition to what is no number, or
/// beyond 64 bits), too_large (an update grew it over 400 KB).
Result<std::optional<Item>> apply(const Operation& operation, const Item* before);

/// The partition and sort key under which an item stands in an index; empty where it is not in it.
std::optional<Key> place_in(Index index, const Item& item);

/// The sort keys of a query as one range of bytes: prefix, from and until together.
struct SortRange {
  std::string first;               // inclusive
  std::optional<std::string> end;  // exclusive
  bool empty() const { return end && *end <= first; }
};
SortRange sort_range(const Query& query);

/// The first string of bytes behind all that begin with the prefix; empty where there is none.
std::optional<std::string> behind_prefix(std::string_view prefix);

/// A cursor that carries the adapter's position and fits queries equal to this one in all but limit and cursor.
std::string make_cursor(const Query& query, std::string_view position);
/// The position inside query.cursor, which is not empty. Error: invalid where it was made for another query.
Result<std::string> position_of(const Query& query);

/// At most 100 keys. Error: invalid.
Result<void> check_keys(const std::vector<Key>& keys);

}  // namespace satchel
