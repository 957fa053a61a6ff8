// SPDX-License-Identifier: Apache-2.0
// The table: DynamoDB's model. As weak as its weakest adapter: index reads are eventual; a page may be short or empty and
// still have a cursor; an item holds at most 400 KB, a transaction 100 operations and 4 MB; writers of one item may conflict.
// There is no scan. Any thread may call.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "satchel/base/result.hpp"
#include "satchel/model/item.hpp"
#include "satchel/model/keys.hpp"
#include "satchel/ports/call.hpp"

namespace satchel {

enum class Index { base, gsi1, gsi2 };

struct Query {
  Index index = Index::base;
  std::string partition;
  std::string prefix;  // of the sort key
  std::string from;    // first sort key, inclusive; empty: the start
  std::string until;   // end, exclusive; empty: no end
  bool forward = true;
  int limit = 100;     // 1 to 1000
  std::string cursor;  // from the page before; opaque
};

struct Page {
  std::vector<Item> items;
  std::string cursor;  // empty: there is no more
};

/// Clauses that must all hold for the item as it is before the transaction.
struct Condition {
  struct Exists { bool operator==(const Exists&) const = default; };
  struct Absent { bool operator==(const Absent&) const = default; };
  struct Equals { std::string attribute; Value value; bool operator==(const Equals&) const = default; };        // absent: does not hold
  struct AtLeast { std::string attribute; std::int64_t number; bool operator==(const AtLeast&) const = default; };  // absent: does not hold
  using Clause = std::variant<Exists, Absent, Equals, AtLeast>;
  std::vector<Clause> clauses;

  static Condition none() { return {}; }
  static Condition exists() { return {{Exists{}}}; }
  static Condition absent() { return {{Absent{}}}; }
  static Condition equals(std::string attribute, Value value) { return {{Equals{std::move(attribute), std::move(value)}}}; }
  static Condition at_least(std::string attribute, std::int64_t number) { return {{AtLeast{std::move(attribute), number}}}; }
  Condition& and_equals(std::string attribute, Value value) { clauses.push_back(Equals{std::move(attribute), std::move(value)}); return *this; }
  Condition& and_at_least(std::string attribute, std::int64_t number) { clauses.push_back(AtLeast{std::move(attribute), number}); return *this; }
};

struct Put { Item item; Condition condition; };  // replaces the whole item
struct Update {                                   // makes the item where it is absent and the condition allows that
  Key key;
  std::map<std::string, Value, std::less<>> set;
  std::map<std::string, std::int64_t, std::less<>> add;  // to numbers; an absent one counts as 0
  std::vector<std::string> remove;
  Condition condition;
};
struct Delete { Key key; Condition condition; };  // of what is absent: no error
struct Check { Key key; Condition condition; };   // writes nothing

using Operation = std::variant<Put, Update, Delete, Check>;

/// All or nothing. At most one operation an item.
using Transaction = std::vector<Operation>;

/// What an answered write came to.
struct WriteOutcome {
  std::optional<std::size_t> failed;  // the first operation whose condition did not hold; nothing was written then
  bool committed() const { return !failed; }
};

class TableReader {
 public:
  virtual ~TableReader() = default;
  /// Strongly consistent. Absence is not an error.
  virtual Result<std::optional<Item>> get(const Call& call, const Key& key) const = 0;
  /// Strongly consistent, at most 100 keys, in the order asked, absent ones left empty.
  virtual Result<std::vector<std::optional<Item>>> batch_get(const Call& call, const std::vector<Key>& keys) const = 0;
  /// In the order of the sort key's bytes. The base table is read consistently, indexes eventually. Error: invalid for a foreign cursor.
  virtual Result<Page> query(const Call& call, const Query& query) const = 0;
};

class Table : public TableReader {
 public:
  /// Synced before it returns. Errors: conflict (another writer holds an item: nothing was written, try again);
  /// unavailable, deadline_exceeded (unknown whether it was written); too_large; invalid. Not idempotent by itself: make the
  /// conditions so.
  virtual Result<WriteOutcome> write(const Call& call, const Transaction& transaction) = 0;
};

/// A Table that writes only some key families: what a function is given. Any thread.
class TableWriter {
 public:
  TableWriter(Table& table, std::vector<Family> families) : table_(&table), families_(std::move(families)) {}
  /// As Table::write; internal where an operation is outside the families: a defect of the function.
  Result<WriteOutcome> write(const Call& call, const Transaction& transaction);

 private:
  Table* table_;
  std::vector<Family> families_;
};

const Key& key_of(const Operation& operation);
const Condition& condition_of(const Operation& operation);

/// What every adapter checks before it writes: number and uniqueness of operations, sizes, keys not empty, no attribute named
/// twice in an update or called "pk" or "sk", index keys that are text. Error: invalid, too_large.
Result<void> check_transaction(const Transaction& transaction);
/// Bytes of an item's keys, names and values, as the limits count them.
std::size_t item_size(const Item& item);
/// That an item which an update has grown is still within 400 KB. Error: too_large.
Result<void> check_item(const Item& item);
/// Likewise for a query's limits.
Result<void> check_query(const Query& query);

}  // namespace satchel
