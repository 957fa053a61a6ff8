// SPDX-License-Identifier: Apache-2.0
// The bodies of DynamoDB's calls, read into the words of the Table port. Strict: a member that is not known here is refused, so that no wish
// of a caller is passed over. Pure; any thread may call.
// Errors are invalid, with AWS's types: ValidationException, ResourceNotFoundException (another table).
// Source: Amazon DynamoDB API reference, version 2012-08-10.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "satchel/base/json.hpp"
#include "satchel/base/result.hpp"
#include "satchel/ports/table.hpp"

namespace satchel::dynamodb {

/// Of GetItem.
Result<Key> read_get(const Json& body, std::string_view table);

/// Of BatchGetItem: 1 to 100 keys, each once.
Result<std::vector<Key>> read_batch_get(const Json& body, std::string_view table);

/// Of Query. Where a page ended is {"cursor": {"S": …}}, not the key of its last item: a port's cursor is opaque.
Result<Query> read_query(const Json& body, std::string_view table);
/// The LastEvaluatedKey that carries a page's cursor.
Json page_end(const std::string& cursor);

/// Of TransactWriteItems.
struct Writing {
  Transaction transaction;
  std::string token;  // ClientRequestToken; empty: none
};
Result<Writing> read_transact_write(const Json& body, std::string_view table);

}  // namespace satchel::dynamodb
