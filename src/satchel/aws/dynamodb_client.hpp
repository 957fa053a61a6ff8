// SPDX-License-Identifier: Apache-2.0
// DynamoDB's JSON 1.0 protocol: one signed POST a call, errors classified. Any thread may call.
// Source: Amazon DynamoDB API reference, version 2012-08-10.
#pragma once

#include <memory>
#include <string>
#include <string_view>

#include "satchel/base/clock.hpp"
#include "satchel/base/json.hpp"
#include "satchel/base/result.hpp"
#include "satchel/net/client.hpp"
#include "satchel/net/sigv4.hpp"

namespace satchel::aws {

struct DynamoDbOptions {
  std::string endpoint;  // "https://dynamodb.eu-central-1.amazonaws.com"
  std::string region;
  std::string table;
  net::Credential credential;
};

class DynamoDbClient {
 public:
  DynamoDbClient(DynamoDbOptions options, Clock& clock);

  /// "GetItem", "TransactWriteItems", …; the answer's document. Errors carry the service's type ("TransactionCanceledException") in
  /// `type` and its document in `detail`: invalid, too_many (throttled, nothing was done), forbidden, unavailable, deadline_exceeded,
  /// internal (the table or the service is not as configured).
  Result<Json> call(std::string_view operation, const Json& body, Time deadline);

  const std::string& table() const { return options_.table; }

 private:
  DynamoDbOptions options_;
  Clock& clock_;
  std::unique_ptr<net::Client> http_;
};

}  // namespace satchel::aws
