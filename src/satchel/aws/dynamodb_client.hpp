// SPDX-License-Identifier: Apache-2.0
// DynamoDB's JSON 1.0 protocol: one signed POST a call, errors classified. Any thread may call.
// Source: Amazon DynamoDB API reference, version 2012-08-10.
#pragma once

#include <string>
#include <string_view>

#include "satchel/aws/service_client.hpp"
#include "satchel/base/json.hpp"

namespace satchel::aws {

struct DynamoDbOptions {
  std::string endpoint;  // "https://dynamodb.eu-central-1.amazonaws.com"
  std::string region;
  std::string table;
  std::shared_ptr<CredentialSource> credentials;
};

class DynamoDbClient {
 public:
  DynamoDbClient(DynamoDbOptions options, Clock& clock);

  /// "GetItem", "TransactWriteItems", …; the answer's document. Errors carry the service's type ("TransactionCanceledException") in
  /// `type` and its document in `detail`: invalid, too_many (throttled, nothing was done), unavailable, deadline_exceeded,
  /// internal (the table, the permission or the credential is not as configured).
  Result<Json> call(std::string_view operation, const Json& body, Time deadline);

  const std::string& table() const { return table_; }

 private:
  std::string table_;
  ServiceClient service_;
};

}  // namespace satchel::aws
