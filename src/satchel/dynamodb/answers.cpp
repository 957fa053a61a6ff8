// SPDX-License-Identifier: Apache-2.0
#include "satchel/dynamodb/answers.hpp"

#include <fmt/format.h>

#include <string_view>
#include <utility>

namespace satchel::dynamodb {
namespace {

constexpr std::string_view kService = "com.amazonaws.dynamodb.v20120810#", kGateway = "com.amazon.coral.service#";

std::string_view type_of(ErrorCode code) {
  switch (code) {
    case ErrorCode::invalid:
    case ErrorCode::too_large: return "ValidationException";
    case ErrorCode::unauthenticated:
    case ErrorCode::forbidden: return "AccessDeniedException";
    case ErrorCode::not_found:
    case ErrorCode::gone: return "ResourceNotFoundException";
    case ErrorCode::conflict: return "TransactionConflictException";
    case ErrorCode::too_many: return "ProvisionedThroughputExceededException";
    case ErrorCode::unsupported: return "UnknownOperationException";
    case ErrorCode::deadline_exceeded:
    case ErrorCode::unavailable:
    case ErrorCode::internal: return "InternalServerError";
  }
  std::unreachable();
}

/// Those that AWS's front door gives, before the service itself has a word.
bool is_of_the_front_door(std::string_view type) {
  for (const std::string_view known : {"UnrecognizedClientException", "InvalidSignatureException", "IncompleteSignatureException", "MissingAuthenticationTokenException",
                                       "AccessDeniedException", "UnknownOperationException", "SerializationException", "ValidationException", "ThrottlingException"}) {
    if (type == known) return true;
  }
  return false;
}

Json document_of(std::string_view type, const std::string& sentence) {
  return Json::object({{"__type", fmt::format("{}{}", is_of_the_front_door(type) ? kGateway : kService, type)}, {"message", sentence}});
}

}  // namespace

Answer failure_of(const Error& error) {
  const std::string type = error.type.empty() ? std::string(type_of(error.code)) : error.type;
  return {type == "InternalServerError" ? 500 : 400, document_of(type, error.message)};
}

Answer cancelled(std::size_t operations, std::size_t place, const std::string& code, const std::string& sentence) {
  Json reasons = Json::array();
  std::string codes;
  for (std::size_t i = 0; i < operations; ++i) {
    codes += fmt::format("{}{}", i == 0 ? "" : ", ", i == place ? code : "None");
    reasons.push(i == place ? Json::object({{"Code", code}, {"Message", sentence}}) : Json::object({{"Code", "None"}}));
  }
  Answer answer{400, document_of("TransactionCanceledException", fmt::format("Transaction cancelled, please refer cancellation reasons for specific reasons [{}]", codes))};
  answer.document.set("CancellationReasons", std::move(reasons));
  return answer;
}

Answer cancelled_by(const Error& error, std::size_t operations) {
  switch (error.code) {
    case ErrorCode::conflict: return cancelled(operations, 0, "TransactionConflict", "Transaction is ongoing for the item");
    case ErrorCode::too_large: return cancelled(operations, 0, "ValidationError", "Item size to update has exceeded the maximum allowed size");
    case ErrorCode::invalid: return cancelled(operations, 0, "ValidationError", "An operand in the update expression has an incorrect data type");
    case ErrorCode::too_many: return cancelled(operations, 0, "ThrottlingError", "Throughput exceeds the current capacity of your table or index");
    case ErrorCode::unauthenticated:
    case ErrorCode::forbidden:
    case ErrorCode::not_found:
    case ErrorCode::gone:
    case ErrorCode::unsupported:
    case ErrorCode::deadline_exceeded:
    case ErrorCode::unavailable:
    case ErrorCode::internal: return failure_of({error.code, error.message, error.detail, {}});
  }
  std::unreachable();
}

Error signature_error(Error error) {
  if (error.type == "InvalidAccessKeyId") {
    error.type = "UnrecognizedClientException";
    error.message = "The security token included in the request is invalid.";
  } else if (error.type == "SignatureDoesNotMatch" || error.type == "RequestTimeTooSkewed") {
    error.type = "InvalidSignatureException";
  } else if (error.type == "AccessDenied") {
    error.type = "MissingAuthenticationTokenException";
  } else {
    error.type = "IncompleteSignatureException";
  }
  return error;
}

}  // namespace satchel::dynamodb
