// SPDX-License-Identifier: Apache-2.0
// Reads the expressions of a request: those forms that json.hpp and the adapter in aws/ write, and no others. What DynamoDB would take beside
// them (OR, functions, literal names, arithmetic) is refused and never guessed. Pure; any thread may call.
// All errors are invalid, with AWS's type "ValidationException".
// Source: Amazon DynamoDB Developer Guide, "Expressions in DynamoDB".
#pragma once

#include <map>
#include <string>
#include <string_view>

#include "satchel/base/json.hpp"
#include "satchel/base/result.hpp"
#include "satchel/ports/table.hpp"

namespace satchel::dynamodb {

/// What the placeholders of one request stand for. Each that is given must be used, as DynamoDB wants it.
class Substitutes {
 public:
  /// From ExpressionAttributeNames and ExpressionAttributeValues, where the request has them.
  static Result<Substitutes> from(const Json& request);

  Result<std::string> name(std::string_view placeholder);
  Result<Value> value(std::string_view placeholder);
  Result<void> finish() const;

 private:
  template <class T>
  struct Substitute {
    T meaning;
    bool used = false;
  };
  std::map<std::string, Substitute<std::string>, std::less<>> names_;
  std::map<std::string, Substitute<Value>, std::less<>> values_;
};

/// "attribute_exists(#n0) AND #n1 = :v2 AND #n3 >= :v4": whether the item exists is asked by its partition key.
Result<Condition> condition_from(std::string_view expression, Substitutes& substitutes);

/// "SET #n0 = :v1 REMOVE #n2 ADD #n3 :v4": fills `update`.
Result<void> read_update(std::string_view expression, Substitutes& substitutes, Update& update);

/// "#n0 = :v1 AND begins_with(#n2, :v3)", or BETWEEN, < and >= on the sort key of query.index: fills `query`.
Result<void> read_key_condition(std::string_view expression, Substitutes& substitutes, Query& query);

}  // namespace satchel::dynamodb
