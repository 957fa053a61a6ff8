// SPDX-License-Identifier: Apache-2.0
#include "satchel/aws/dynamodb_client.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <utility>

#include "satchel/base/crypto.hpp"
#include "satchel/base/encoding.hpp"

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
      {"AccessDeniedException", ErrorCode::forbidden},
      {"UnrecognizedClientException", ErrorCode::forbidden},
      {"InvalidSignatureException", ErrorCode::forbidden},
      {"ResourceNotFoundException", ErrorCode::internal},
  }};
  const auto* found = std::ranges::find(kCodes, type, &std::pair<std::string_view, ErrorCode>::first);
  if (found != kCodes.end()) return found->second;
  return status >= 500 ? ErrorCode::unavailable : ErrorCode::internal;
}

}  // namespace

DynamoDbClient::DynamoDbClient(DynamoDbOptions options, Clock& clock)
    : options_(std::move(options)), clock_(clock), http_(net::Client::create({.user_agent = "satchel"}, clock)) {}

Result<Json> DynamoDbClient::call(std::string_view operation, const Json& body, Time deadline) {
  const auto url = TRY(net::Url::parse(options_.endpoint));
  std::string text = body.text();
  auto target = TRY(net::Target::parse("/"));
  net::SigningRequest signing{.method = "POST",
                              .origin = url.origin(),
                              .target = std::move(target),
                              .fields = {{"content-type", "application/x-amz-json-1.0"}, {"x-amz-target", fmt::format("DynamoDB_20120810.{}", operation)}},
                              .payload_hash = to_hex(sha256(text)),
                              .region = options_.region,
                              .service = "dynamodb"};
  net::ClientRequest request{.method = "POST", .url = url, .fields = signing.fields, .body = std::move(text), .body_reader = {}, .body_length = 0};
  request.url.target = "/";
  for (const net::Field& field : net::sign_headers(signing, options_.credential, clock_.now())) {
    if (field.name != "host") request.fields.add(field.name, field.value);
  }
  const auto response = TRY(http_->send(request, deadline));
  auto document = Json::parse(response.body, OddNumbers::read_as_null);
  if (response.status == 200 && document) return *std::move(document);
  const std::string type = document ? error_type(*document) : std::string();
  return fail(code_of(type, response.status), fmt::format("The table '{}' did not take the call ({}).", options_.table, type.empty() ? fmt::format("status {}", response.status) : type),
              response.body.substr(0, 16'384), type);
}

}  // namespace satchel::aws
