// SPDX-License-Identifier: Apache-2.0
// How the table's items lie in RocksDB: row keys whose byte order is the port's order, and items as compact, versioned bytes.
// docs/architecture.md names this file as the format's description. Pure; any thread may call.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "satchel/base/result.hpp"
#include "satchel/model/item.hpp"

namespace satchel::embedded {

// A row key is its parts, each but the last with 00 written as 00 FF and ended by 00 01, so that a part sorts before every
// longer one and "p" is never taken for "pp".
//   base table:  partition, sort
//   an index:    index partition, index sort, partition, sort

/// What all rows of a partition begin with, in the table and in an index alike.
std::string row_prefix(std::string_view partition);
std::string row_key(const Key& key);
std::string index_row_key(const Key& place, const Key& key);
/// A bound for sort keys behind row_prefix(): as they lie in the base table (raw), and in an index (escaped).
std::string escaped(std::string_view part);

/// Empty where the bytes are no row key.
std::optional<Key> key_of_row(std::string_view row);
std::optional<Key> key_of_index_row(std::string_view row);

// An item's bytes: 01 (the version), then for each attribute: length and name, kind (0 text, 1 number, 2 false, 3 true), then
// length and bytes of a text, or the number, zigzag. Lengths and numbers are LEB128.

std::string encode(const Item& item);
/// Error: internal, for bytes that encode() never made.
Result<Item> decode(Key key, std::string_view bytes);

/// The value of an index row: the item's time to live, empty where it has none.
std::string encode_ttl(const Item& item);
/// The time to live in an index row's value, or in an item's bytes.
std::optional<std::int64_t> ttl_of_index_row(std::string_view bytes);
std::optional<std::int64_t> ttl_of_item(std::string_view bytes);

}  // namespace satchel::embedded
