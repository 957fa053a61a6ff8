// SPDX-License-Identifier: Apache-2.0
#include "satchel/objects/failure.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <utility>

#include "satchel/objects/xml.hpp"

namespace satchel::objects {
namespace {

struct Known {
  std::string_view type;  // as the storage engine and refuse() name it
  int status;
  std::string_view code;  // of S3; empty: the type
};

// Where S3's status is not that of our error's code, or its word is another.
constexpr std::array kKnown{
    Known{"wrong_length", 400, "IncompleteBody"},
    Known{"wrong_checksum", 400, "BadDigest"},
    Known{"exists", 412, "PreconditionFailed"},
    Known{"upload_ended", 404, "NoSuchUpload"},
    Known{"part_missing", 400, "InvalidPart"},
    Known{"part_order", 400, "InvalidPartOrder"},
    Known{"part_too_small", 400, "EntityTooSmall"},
    Known{"wrong_size", 400, "InvalidRequest"},
    Known{"disk_full", 507, "InsufficientStorage"},
    Known{"PreconditionFailed", 412, {}},
    Known{"MissingContentLength", 411, {}},
    Known{"InvalidRange", 416, {}},
    Known{"MethodNotAllowed", 405, {}},
    Known{"RequestTimeout", 400, {}},
};

std::string_view word_for(ErrorCode code) {
  switch (code) {
    case ErrorCode::invalid: return "InvalidRequest";
    case ErrorCode::unauthenticated:
    case ErrorCode::forbidden: return "AccessDenied";
    case ErrorCode::not_found:
    case ErrorCode::gone: return "NoSuchKey";
    case ErrorCode::conflict: return "OperationAborted";
    case ErrorCode::too_large: return "EntityTooLarge";
    case ErrorCode::too_many: return "SlowDown";
    case ErrorCode::deadline_exceeded: return "RequestTimeout";
    case ErrorCode::unavailable: return "ServiceUnavailable";
    case ErrorCode::unsupported: return "NotImplemented";
    case ErrorCode::internal: return "InternalError";
  }
  std::unreachable();
}

/// S3's own codes begin with a capital; the engine's types do not.
bool is_s3_code(std::string_view type) { return !type.empty() && type[0] >= 'A' && type[0] <= 'Z'; }

}  // namespace

std::unexpected<Error> refuse(ErrorCode code, std::string_view s3_code, std::string message) {
  return fail(code, std::move(message), {}, std::string(s3_code));
}

Failure failure_of(const Error& error) {
  if (const auto known = std::ranges::find(kKnown, error.type, &Known::type); known != kKnown.end()) {
    return {known->status, std::string(known->code.empty() ? known->type : known->code), error.message};
  }
  return {http_status(error.code), is_s3_code(error.type) ? error.type : std::string(word_for(error.code)), error.message};
}

std::string to_xml(const Failure& failure, std::string_view resource, std::string_view request_id) {
  XmlWriter xml("Error");
  xml.leaf("Code", failure.code);
  xml.leaf("Message", failure.message);
  xml.leaf("Resource", resource);
  xml.leaf("RequestId", request_id);
  return std::move(xml).text();
}

}  // namespace satchel::objects
