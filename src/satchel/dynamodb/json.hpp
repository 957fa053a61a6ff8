// SPDX-License-Identifier: Apache-2.0
// Items, conditions and operations of the Table port as DynamoDB writes them. Pure functions; any thread may call.
#pragma once

#include <string>
#include <string_view>

#include "satchel/base/json.hpp"
#include "satchel/base/result.hpp"
#include "satchel/ports/table.hpp"

namespace satchel::dynamodb {

inline constexpr std::string_view kPartition = "pk", kSort = "sk";

/// The names of an index and of its keys; the base table's are kPartition and kSort, and it has no name.
std::string_view index_name(Index index);
std::string_view partition_name(Index index);
std::string_view sort_name(Index index);

/// {"S": "text"}, {"N": "5"}, {"BOOL": true}
Json to_attribute(const Value& value);
/// Error: internal, for a kind of attribute that Satchel never writes.
Result<Value> from_attribute(const Json& attribute);
Json key_json(const Key& key);
Json item_json(const Item& item);
/// Error: internal, for a kind of attribute that Satchel never writes.
Result<Item> item_from(const Json& attributes);

/// Placeholders of one expression: every name and value goes through them, so none can be taken for syntax.
class Placeholders {
 public:
  std::string name(std::string_view attribute);
  std::string value(const Value& value);
  /// Adds ExpressionAttributeNames and -Values where there are any.
  void add_to(Json& request) const;

 private:
  Json names_ = Json::object(), values_ = Json::object();
  int count_ = 0;
};

/// Empty where there is nothing to hold.
std::string condition_expression(const Condition& condition, Placeholders& placeholders);
/// "SET … REMOVE … ADD …"
std::string update_expression(const Update& update, Placeholders& placeholders);
/// One member of TransactWriteItems.
Json transact_item(const Operation& operation, const std::string& table);

}  // namespace satchel::dynamodb
