// SPDX-License-Identifier: Apache-2.0
// The calls of S3 that return documents: requests signed, errors classified, XML read. Any thread may call.
#pragma once

#include <string>

#include "satchel/aws/service_client.hpp"
#include "satchel/base/random.hpp"
#include "satchel/model/ids.hpp"
#include "satchel/ports/call.hpp"

namespace satchel::aws {

struct S3Options {
  std::string endpoint;  // "https://s3.eu-central-1.amazonaws.com", as servers reach it
  std::string path = {}; // before the bucket: "/objects" of Satchel's own endpoint
  /// The same as clients reach it, for signed URLs; empty: alike.
  std::string public_endpoint = {}, public_path = {};
  std::string region;
  std::string bucket;
  bool bucket_in_host = false;  // "https://BUCKET.s3.…/KEY", as AWS wants it; else "/BUCKET/KEY"
  std::shared_ptr<CredentialSource> credentials;
  /// Whether the engine knows CRC64NVME and CRC32C of a whole object, as S3 does. Else the parts' own are joined and compared here.
  bool full_object_checksums = true;
  Duration longest_upload_url{900'000};  // what the terms of an upload ask for is cut to this
  /// Whether it is Satchel's own endpoint: a signed URL says what it was made for then, and the endpoint asks whether that still stands.
  bool tickets = false;
};

/// "https://BUCKET.s3.eu-central-1.amazonaws.com" or the endpoint itself: where signed URLs lead.
std::string origin_of(const S3Options& options);

struct S3Request {
  std::string method;
  ObjectKey key;
  net::Parameters query;
  net::Fields fields;
  std::string body;
};

class S3Client {
 public:
  S3Client(S3Options options, Clock& clock, Random& random);

  /// The answer with a status of 2xx and no error in its body. Tried again, so only for what may be done twice. Errors carry S3's code
  /// ("NoSuchUpload") in `type`: invalid, not_found, conflict (precondition), too_many, unavailable, deadline_exceeded, internal.
  Result<net::ClientResponse> send(const S3Request& request, Time deadline) const;

  /// The lesser of `wanted` and what is left of the credential, since a presigned URL dies with the credential that signed it. Errors: of
  /// the credentials, and unavailable where nothing is left.
  Result<Duration> lifetime(const Call& call, Duration wanted) const;

  /// The URL that carries its own signature; whoever uses it sends exactly `fields`. Errors: of the credentials.
  Result<std::string> presign(const S3Request& request, const Call& call, Duration lifetime) const;

 private:
  Result<net::ClientResponse> send_once(const S3Request& request, Time deadline) const;
  net::Target target(const std::string& path, const ObjectKey& key, const net::Parameters& query) const;

  S3Options options_;
  std::string public_origin_;  // where signed URLs lead
  Clock* clock_;
  Random* random_;
  ServiceClient service_;
  mutable net::SigningKeys keys_;
};

}  // namespace satchel::aws
