// SPDX-License-Identifier: Apache-2.0
#include "satchel/aws/json_client.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>

namespace satchel::aws {
namespace {

constexpr std::size_t kDetail = 16 * 1024;

/// What an error is about, where a sentence can say what to do.
enum class Fault { other, throttled, permission, credential, absent };

Fault fault_of(std::string_view type) {
  static constexpr std::array<std::pair<std::string_view, Fault>, 26> kFaults{{
      {"ThrottlingException", Fault::throttled},
      {"Throttling", Fault::throttled},
      {"ThrottledException", Fault::throttled},
      {"RequestThrottled", Fault::throttled},
      {"RequestThrottledException", Fault::throttled},
      {"RequestLimitExceeded", Fault::throttled},
      {"TooManyRequestsException", Fault::throttled},
      {"ProvisionedThroughputExceededException", Fault::throttled},
      {"KmsThrottled", Fault::throttled},
      {"OverLimit", Fault::throttled},
      {"AccessDeniedException", Fault::permission},
      {"AccessDenied", Fault::permission},
      {"KmsAccessDenied", Fault::permission},
      {"UnrecognizedClientException", Fault::credential},
      {"InvalidSignatureException", Fault::credential},
      {"SignatureDoesNotMatch", Fault::credential},
      {"ExpiredTokenException", Fault::credential},
      {"ExpiredToken", Fault::credential},
      {"InvalidClientTokenId", Fault::credential},
      {"IncompleteSignature", Fault::credential},
      {"MissingAuthenticationToken", Fault::credential},
      {"MissingAuthenticationTokenException", Fault::credential},
      {"ResourceNotFoundException", Fault::absent},
      {"QueueDoesNotExist", Fault::absent},
      {"AWS.SimpleQueueService.NonExistentQueue", Fault::absent},
      {"NotFoundException", Fault::absent},
  }};
  const auto* found = std::ranges::find(kFaults, type, &std::pair<std::string_view, Fault>::first);
  return found == kFaults.end() ? Fault::other : found->second;
}

ErrorCode code_of(Fault fault, std::string_view type, int status, ErrorCodes codes) {
  const auto found = std::ranges::find(codes, type, &std::pair<std::string_view, ErrorCode>::first);
  if (found != codes.end()) return found->second;
  if (fault == Fault::throttled || status == 429) return ErrorCode::too_many;
  if (fault != Fault::other) return ErrorCode::internal;
  if (type == "ValidationException" || type == "SerializationException") return ErrorCode::invalid;
  return status >= 500 ? ErrorCode::unavailable : ErrorCode::internal;
}

/// "com.amazonaws.dynamodb.v20120810#ConditionalCheckFailedException" → its last word; REST puts it into a field, with an address behind.
std::string error_type(const net::ClientResponse& response, const Result<Json>& document) {
  std::string whole = document ? text_in(*document, "__type") : std::string();
  if (whole.empty()) whole = response.fields.find("x-amzn-errortype").value_or("");
  whole = whole.substr(0, whole.find(':'));
  return whole.substr(whole.rfind('#') + 1);
}

std::string capital(std::string text) {
  if (!text.empty() && text.front() >= 'a' && text.front() <= 'z') text.front() = static_cast<char>(text.front() - 'a' + 'A');
  return text;
}

}  // namespace

std::string text_in(const Json& document, std::string_view name) {
  const Json* member = document.find(name);
  const auto* text = member ? member->as<std::string>() : nullptr;
  return text ? *text : std::string();
}

const Json::Array& list_in(const Json& document, std::string_view name) {
  static const Json::Array none;
  const Json* member = document.find(name);
  const auto* list = member ? member->as<Json::Array>() : nullptr;
  return list ? *list : none;
}

bool passes(const Error& error) { return error.code != ErrorCode::conflict && is_retryable(error.code); }

JsonClient::JsonClient(JsonService service, Clock& clock, Random& random) : service_(std::move(service)), clock_(&clock), random_(&random), client_(service_.service, clock) {}

Result<Json> JsonClient::call(const JsonCall& call, Time deadline) const {
  const auto worth = [&](const Error& error) { return call.repeat == Repeat::any_passing ? passes(error) : error.code == ErrorCode::too_many; };
  return retry(RetryPolicy{}, deadline, *clock_, *random_, [&] { return once(call, deadline); }, worth);
}

Result<Json> JsonClient::once(const JsonCall& call, Time deadline) const {
  ServiceRequest request{.target = {call.path, {}}, .fields = {}, .body = call.body.text()};
  if (service_.target.empty()) {
    request.fields.add("content-type", "application/json");
  } else {
    request.fields.add("content-type", "application/x-amz-json-" + service_.version);
    request.fields.add("x-amz-target", service_.target + "." + call.operation);
  }
  const auto response = TRY(client_.send(std::move(request), std::min(deadline, clock_->now() + call.patience)));
  const bool done = response.status >= 200 && response.status < 300;
  auto document = response.body.empty() && done ? Result<Json>(Json::object()) : Json::parse(response.body, OddNumbers::read_as_null);
  if (done && document) return document;
  return refused(call, response, document);
}

std::unexpected<Error> JsonClient::refused(const JsonCall& call, const net::ClientResponse& response, const Result<Json>& document) const {
  const std::string type = error_type(response, document);
  const Fault fault = fault_of(type);
  const ErrorCode code = code_of(fault, type, response.status, service_.codes);
  const std::string& subject = call.subject.empty() ? service_.subject : call.subject;
  const std::string reason = type.empty() ? fmt::format("status {}", response.status) : type;
  std::string sentence;
  switch (fault) {
    case Fault::other:
      sentence = code == ErrorCode::unavailable ? fmt::format("{} did not say what came of the call ({}). Try again later.", capital(subject), reason)
                                                : fmt::format("{} did not take the call ({}).", capital(subject), reason);
      break;
    case Fault::throttled: sentence = fmt::format("{} is busy. Try again later.", capital(subject)); break;
    case Fault::permission:
      sentence = fmt::format("The credentials in use may not call {}:{} on {}. Allow it in their policy, or check {}.", service_.service.name, call.operation, subject, service_.setting);
      break;
    case Fault::credential:
      sentence = fmt::format("The credentials in use are not known where {} is ({}). Check AWS_ACCESS_KEY_ID and what belongs to it, and this machine's clock.", subject, type);
      break;
    case Fault::absent: sentence = fmt::format("There is no such thing as {} in {}. Check {}.", subject, service_.service.region, service_.setting); break;
  }
  return fail(code, std::move(sentence), response.body.substr(0, kDetail), type);
}

}  // namespace satchel::aws
