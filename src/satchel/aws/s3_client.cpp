// SPDX-License-Identifier: Apache-2.0
#include "satchel/aws/s3_client.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <pugixml.hpp>
#include <utility>

#include "satchel/base/retry.hpp"

namespace satchel::aws {
namespace {

std::string with_bucket(const S3Options& options, std::string origin) {
  if (!options.bucket_in_host) return origin;
  const std::size_t scheme = origin.find("://");
  return scheme == std::string::npos ? origin : origin.insert(scheme + 3, options.bucket + '.');
}

ErrorCode code_of(std::string_view type, int status) {
  static constexpr std::array<std::pair<std::string_view, ErrorCode>, 17> kCodes{{
      {"NoSuchKey", ErrorCode::not_found},
      {"NoSuchUpload", ErrorCode::not_found},
      {"PreconditionFailed", ErrorCode::conflict},
      {"ConditionalRequestConflict", ErrorCode::unavailable},  // another write to the key is under way
      {"OperationAborted", ErrorCode::unavailable},
      {"InvalidPart", ErrorCode::invalid},
      {"InvalidPartOrder", ErrorCode::invalid},
      {"EntityTooSmall", ErrorCode::invalid},
      {"BadDigest", ErrorCode::invalid},
      {"InvalidRequest", ErrorCode::invalid},
      {"InvalidArgument", ErrorCode::invalid},
      {"MalformedXML", ErrorCode::invalid},
      {"SlowDown", ErrorCode::too_many},
      {"RequestTimeout", ErrorCode::unavailable},
      {"InternalError", ErrorCode::unavailable},
      {"InternalFailure", ErrorCode::unavailable},
      {"ServiceUnavailable", ErrorCode::unavailable},
  }};
  const auto* found = std::ranges::find(kCodes, type, &std::pair<std::string_view, ErrorCode>::first);
  if (found != kCodes.end()) return found->second;
  if (status == 404 && type.empty()) return ErrorCode::not_found;  // the answer to HEAD has no body
  if (status == 412) return ErrorCode::conflict;
  if (status == 501) return ErrorCode::unsupported;
  // Behind a 200 stands what went wrong after it was sent: what was amiss in the request would have been refused before.
  return status >= 500 || status < 300 ? ErrorCode::unavailable : ErrorCode::internal;
}

}  // namespace

std::string origin_of(const S3Options& options) { return with_bucket(options, options.public_endpoint.empty() ? options.endpoint : options.public_endpoint); }

S3Client::S3Client(S3Options options, Clock& clock, Random& random)
    : options_(std::move(options)), public_origin_(origin_of(options_)), clock_(&clock), random_(&random), service_({"s3", with_bucket(options_, options_.endpoint), options_.region, options_.credentials}, clock) {}

Result<net::ClientResponse> S3Client::send(const S3Request& request, Time deadline) const {
  // A refused precondition stays refused: what it means is for the caller to find out.
  const auto worth = [](const Error& error) { return error.code != ErrorCode::conflict && is_retryable(error.code); };
  auto response = retry(RetryPolicy{}, deadline, *clock_, *random_, [&] { return send_once(request, deadline); }, worth);
  // An error that passes by itself leaves a port without a type; with one it would be a function's last word.
  if (!response && worth(response.error())) {
    Error error = std::move(response).error();
    error.detail = fmt::format("{}: {}", std::exchange(error.type, {}), error.detail);
    return std::unexpected(std::move(error));
  }
  return response;
}

Result<net::ClientResponse> S3Client::send_once(const S3Request& request, Time deadline) const {
  // Of one attempt, so that a dead connection does not use up the whole deadline. Only a completion has a body, and joining many parts may
  // take S3 minutes.
  constexpr Duration kPatience{10'000}, kCompletion = std::chrono::minutes{5};
  const Time patience = clock_->now() + (request.body.empty() ? kPatience : kCompletion);
  auto response = TRY(service_.send({request.method, target(options_.path, request.key, request.query), request.fields, request.body}, std::min(deadline, patience)));
  pugi::xml_document document;
  document.load_buffer(response.body.data(), response.body.size());
  // A completion may fail after its 200 was sent.
  const pugi::xml_node error = document.child("Error");
  if (response.status >= 200 && response.status < 300 && !error) return response;
  const std::string type = error.child_value("Code");
  return fail(code_of(type, response.status),
              fmt::format("The object store '{}' did not take the call ({}).", options_.bucket, type.empty() ? fmt::format("status {}", response.status) : type),
              fmt::format("{} {}: {}", request.method, response.status, error.child_value("Message")), type);
}

Result<Duration> S3Client::lifetime(const Call& call, Duration wanted) const {
  const net::Credential credential = TRY(options_.credentials->get(call.deadline));
  if (!credential.expires) return wanted;
  const Duration left = *credential.expires - std::chrono::floor<std::chrono::seconds>(call.now);
  if (left < std::chrono::seconds{1}) return fail(ErrorCode::unavailable, "The credential of the object store has ended, and there is no new one yet. Try again in a moment.");
  return std::min(wanted, left);
}

Result<std::string> S3Client::presign(const S3Request& request, const Call& call, Duration lifetime) const {
  const std::string& path = options_.public_endpoint.empty() ? options_.path : options_.public_path;
  net::SigningRequest signing{.method = request.method, .origin = public_origin_, .target = target(path, request.key, request.query), .fields = request.fields, .region = options_.region};
  return net::presign(signing, TRY(options_.credentials->get(call.deadline)), call.now, lifetime, &keys_);
}

net::Target S3Client::target(const std::string& path, const ObjectKey& key, const net::Parameters& query) const {
  const std::string bucket = options_.bucket_in_host ? std::string() : '/' + options_.bucket;
  return {path + bucket + '/' + key.str(), query};
}

}  // namespace satchel::aws
