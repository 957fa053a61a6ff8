// SPDX-License-Identifier: Apache-2.0
// DynamoDB's JSON 1.0 protocol: signed calls, errors classified. Any thread may call.
// Source: Amazon DynamoDB API reference, version 2012-08-10.
#pragma once

#include <memory>
#include <string>
#include <string_view>

#include "satchel/aws/json_client.hpp"
#include "satchel/base/json.hpp"

namespace satchel::aws {

struct DynamoDbOptions {
  std::string endpoint;  // "https://dynamodb.eu-central-1.amazonaws.com"
  std::string region;
  std::string table;
  std::shared_ptr<CredentialSource> credentials;
};

/// The type of the error of a write that an earlier attempt with the same token may still make.
inline constexpr std::string_view kTransactionInProgress = "TransactionInProgressException";

class DynamoDbClient {
 public:
  DynamoDbClient(DynamoDbOptions options, Clock& clock);

  /// "GetItem", "TransactWriteItems", …; the answer's document. Throttled calls and those whose answer was lost are repeated as they are:
  /// a write needs a client request token. Errors carry the service's type ("TransactionCanceledException") in
  /// `type` and its document in `detail`: invalid, too_many (throttled, nothing was done), conflict, unavailable, deadline_exceeded,
  /// internal (the table, the permission or the credential is not as configured).
  Result<Json> call(std::string_view operation, const Json& body, Time deadline) const;
  /// The same, once.
  Result<Json> once(std::string_view operation, const Json& body, Time deadline) const;

  const std::string& table() const { return table_; }

 private:
  std::string table_;
  std::unique_ptr<Random> jitter_;
  JsonClient client_;
};

}  // namespace satchel::aws
