// SPDX-License-Identifier: Apache-2.0
#include "satchel/aws/dynamodb_client.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <utility>

namespace satchel::aws {
namespace {

std::string text_in(const Json& document, std::string_view name) {
  const Json* member = document.find(name);
  const auto* text = member ? member->as<std::string>() : nullptr;
  return text ? *text : std::string();
}

/// "com.amazonaws.dynamodb.v20120810#ConditionalCheckFailedException" → its last word.
std::string error_type(const Json& document) {
  const std::string whole = text_in(document, "__type");
  return whole.substr(whole.rfind('#') + 1);
}

ErrorCode code_of(std::string_view type, int status) {
  static constexpr std::array<std::pair<std::string_view, ErrorCode>, 12> kCodes{{
      {"ConditionalCheckFailedException", ErrorCode::conflict},
      {"TransactionCanceledException", ErrorCode::conflict},
      {"TransactionConflictException", ErrorCode::conflict},
      {"TransactionInProgressException", ErrorCode::conflict},
      {"ValidationException", ErrorCode::invalid},
      {"ProvisionedThroughputExceededException", ErrorCode::too_many},
      {"ThrottlingException", ErrorCode::too_many},
      {"RequestLimitExceeded", ErrorCode::too_many},
      {"AccessDeniedException", ErrorCode::internal},
      {"UnrecognizedClientException", ErrorCode::internal},
      {"InvalidSignatureException", ErrorCode::internal},
      {"ResourceNotFoundException", ErrorCode::internal},
  }};
  const auto* found = std::ranges::find(kCodes, type, &std::pair<std::string_view, ErrorCode>::first);
  if (found != kCodes.end()) return found->second;
  return status >= 500 ? ErrorCode::unavailable : ErrorCode::internal;
}

}  // namespace

DynamoDbClient::DynamoDbClient(DynamoDbOptions options, Clock& clock)
    : table_(std::move(options.table)), service_({"dynamodb", std::move(options.endpoint), std::move(options.region), std::move(options.credentials)}, clock) {}

Result<Json> DynamoDbClient::call(std::string_view operation, const Json& body, Time deadline) {
  const auto response = TRY(service_.send(
      {.fields = {{"content-type", "application/x-amz-json-1.0"}, {"x-amz-target", fmt::format("DynamoDB_20120810.{}", operation)}}, .body = body.text()}, deadline));
  auto document = Json::parse(response.body, OddNumbers::read_as_null);
  if (response.status == 200 && document) return *std::move(document);
  const std::string type = document ? error_type(*document) : std::string();
  return fail(code_of(type, response.status), fmt::format("The table '{}' did not take the call ({}).", table_, type.empty() ? fmt::format("status {}", response.status) : type),
              response.body.substr(0, 16'384), type);
}

}  // namespace satchel::aws
