// SPDX-License-Identifier: Apache-2.0
#include "satchel/aws/dynamodb_client.hpp"

#include <fmt/format.h>

#include <array>
#include <utility>

namespace satchel::aws {
namespace {

constexpr std::array<std::pair<std::string_view, ErrorCode>, 8> kCodes{{
    {"ConditionalCheckFailedException", ErrorCode::conflict},
    {"TransactionCanceledException", ErrorCode::conflict},
    {"TransactionConflictException", ErrorCode::conflict},
    // An earlier attempt with this token is under way, so nobody knows yet: what came of it is asked for by sending it again.
    {kTransactionInProgress, ErrorCode::unavailable},
    // A token is made for each write, so two contents of one are a defect of ours.
    {"IdempotentParameterMismatchException", ErrorCode::internal},
    {"ItemCollectionSizeLimitExceededException", ErrorCode::too_large},
    {"InternalServerError", ErrorCode::unavailable},
    {"LimitExceededException", ErrorCode::too_many},
}};

}  // namespace

DynamoDbClient::DynamoDbClient(DynamoDbOptions options, Clock& clock)
    : table_(std::move(options.table)),
      jitter_(system_random()),
      client_({.service = {"dynamodb", std::move(options.endpoint), std::move(options.region), std::move(options.credentials)},
               .target = "DynamoDB_20120810",
               .version = "1.0",
               .subject = fmt::format("the table '{}'", table_),
               .setting = "'table' (SATCHEL_TABLE)",
               .codes = kCodes},
              clock, *jitter_) {}

Result<Json> DynamoDbClient::call(std::string_view operation, const Json& body, Time deadline) const {
  return client_.call({.operation = std::string(operation), .body = body}, deadline);
}

Result<Json> DynamoDbClient::once(std::string_view operation, const Json& body, Time deadline) const {
  return client_.once({.operation = std::string(operation), .body = body}, deadline);
}

}  // namespace satchel::aws
