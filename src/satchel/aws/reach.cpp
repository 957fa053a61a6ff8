// SPDX-License-Identifier: Apache-2.0
#include "satchel/aws/reach.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

namespace satchel::aws {
namespace {

bool is_one_of(std::string_view type, std::initializer_list<std::string_view> types) { return std::ranges::find(types, type) != types.end(); }

bool is_bad_credential(std::string_view type) {
  return is_one_of(type, {"UnrecognizedClientException", "InvalidSignatureException", "ExpiredTokenException", "MissingAuthenticationTokenException", "IncompleteSignatureException", "InvalidAccessKeyId",
                          "InvalidClientTokenId", "SignatureDoesNotMatch", "ExpiredToken", "InvalidToken"});
}

/// The last word of what was written, which the sentence about it replaces.
Error told(const Error& error, ErrorCode code, std::string sentence) { return {code, std::move(sentence), fmt::format("{} {}", error.message, error.detail), error.type}; }

Error bad_credential(const Error& error, std::string_view endpoint) {
  return told(error, ErrorCode::forbidden, fmt::format("{} does not take the credential ({}). Check AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY and AWS_SESSION_TOKEN, and this machine's clock.", endpoint, error.type));
}

Error silent(const Error& error, std::string_view endpoint, std::string_view setting) {
  return told(error, error.code, fmt::format("{} does not answer. Check the endpoint in '{}', and the way there.", endpoint, setting));
}

/// What has no sentence of its own still names its setting.
Error refused(const Error& error, std::string_view setting) { return told(error, error.code, fmt::format("{} Check what '{}' names.", error.message, setting)); }

}  // namespace

Error explain(const Error& error, const DynamoDbOptions& options, std::string_view doing) {
  if (error.type == "ResourceNotFoundException") {
    return told(error, ErrorCode::not_found, fmt::format("There is no table '{}' at {}. Make it by 'satchel doctor --create', or set 'table' to another.", options.table, options.endpoint));
  }
  if (is_bad_credential(error.type)) return bad_credential(error, options.endpoint);
  if (error.type == "AccessDeniedException") {
    return told(error, ErrorCode::forbidden, fmt::format("The credential may not call dynamodb:{} on the table '{}' and its indexes. Give it that permission, or set 'table' to another.", doing, options.table));
  }
  const bool answered = !error.type.empty();
  if (!answered && (error.code == ErrorCode::unavailable || error.code == ErrorCode::deadline_exceeded || error.code == ErrorCode::invalid)) return silent(error, options.endpoint, "table");
  return refused(error, "table");
}

Error explain(const Error& error, const S3Options& options, std::string_view doing) {
  if (error.type == "NoSuchBucket" || (error.code == ErrorCode::not_found && error.type.empty())) {
    return told(error, ErrorCode::not_found, fmt::format("There is no bucket '{}' at {}. Make it by 'satchel doctor --create', or set 'objects' to another.", options.bucket, options.endpoint));
  }
  if (is_bad_credential(error.type)) return bad_credential(error, options.endpoint);
  if (error.type == "AccessDenied") {
    return told(error, ErrorCode::forbidden, fmt::format("The credential may not do s3:{} in the bucket '{}'. Give it that permission, or set 'objects' to another.", doing, options.bucket));
  }
  if (is_one_of(error.type, {"PermanentRedirect", "AuthorizationHeaderMalformed", "IllegalLocationConstraintException"})) {
    return told(error, ErrorCode::invalid, fmt::format("The bucket '{}' lies in another region than '{}'. Write the right one into 'objects'.", options.bucket, options.region));
  }
  if (error.type.empty() && (error.code == ErrorCode::unavailable || error.code == ErrorCode::deadline_exceeded || error.code == ErrorCode::invalid)) return silent(error, options.endpoint, "objects");
  return refused(error, "objects");
}

Result<void> reach_table(const DynamoDbOptions& options, Clock& clock, Time deadline) {
  DynamoDbClient client(options, clock);
  const Json key = Json::object({{"pk", Json::object({{"S", "KEY"}})}, {"sk", Json::object({{"S", "SETTINGS"}})}});
  const auto answer = client.call("GetItem", Json::object({{"TableName", options.table}, {"Key", key}}), deadline);
  if (answer) return {};
  if (answer.error().type == "ValidationException") {
    return fail(ErrorCode::invalid, fmt::format("The table '{}' has other keys than Satchel's: it wants the texts pk and sk. 'satchel doctor' tells more; 'table' names another.", options.table), answer.error().detail);
  }
  return std::unexpected(explain(answer.error(), options, "GetItem"));
}

Result<void> reach_bucket(const S3Options& options, Clock& clock, Random& random, Time deadline) {
  const S3Client client(options, clock, random);
  const auto answer = client.send({"GET", ObjectKey("satchel-probe"), {}, {}, {}}, deadline);
  if (answer || answer.error().type == "NoSuchKey") return {};
  return std::unexpected(explain(answer.error(), options, "GetObject and s3:ListBucket"));
}

}  // namespace satchel::aws
