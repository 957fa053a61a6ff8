// SPDX-License-Identifier: Apache-2.0
// AWS Signature Version 4 as pure functions: canonical request, string to sign, signing by header and by URL. No socket, no
// clock. The path is encoded exactly once and never normalised, as S3 wants it. Any thread may call.
#pragma once

#include <map>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "satchel/base/result.hpp"
#include "satchel/base/time.hpp"
#include "satchel/net/http.hpp"

namespace satchel::net {

struct Credential {
  std::string access_key;
  std::string secret;
  std::string session_token = {};  // of temporary credentials; else empty
  std::optional<Time> expires = {};  // of temporary credentials, where it is known; what was presigned by them ends with them
};

/// Names and values, decoded, in the order of the query.
using Parameters = std::vector<std::pair<std::string, std::string>>;

/// A request target taken apart and decoded once: what is signed, authorised and stored all read this.
struct Target {
  std::string path;  // decoded; begins with '/'
  Parameters query;

  /// Error: invalid, where a % has not two hex digits behind it or the form is no path.
  static Result<Target> parse(std::string_view raw);
  /// The first of that name; empty where it is absent.
  std::optional<std::string_view> find(std::string_view name) const;
};

inline constexpr std::string_view kUnsignedPayload = "UNSIGNED-PAYLOAD";
inline constexpr std::string_view kSigV4Algorithm = "AWS4-HMAC-SHA256";

/// "20261124/us-east-1/s3/aws4_request"
struct CredentialScope {
  std::string date;
  std::string region = "us-east-1";
  std::string service = "s3";

  std::string text() const;
};

/// Signing keys by secret and scope, since making one takes four HMACs. Holds a bounded number.
class SigningKeys {
 public:
  /// An empty secret ends the process: it must not come here.
  std::string get(const std::string& secret, const CredentialScope& scope);

 private:
  std::mutex mutex_;
  std::map<std::pair<std::string, std::string>, std::string> keys_;
};

std::string signing_key(std::string_view secret, const CredentialScope& scope);

/// `signed_headers` are lower case names in order; a name that `fields` has not stands for an empty value.
std::string canonical_request(std::string_view method, const Target& target, const Fields& fields,
                              const std::vector<std::string>& signed_headers, std::string_view payload_hash);
std::string string_to_sign(std::string_view amz_date, const CredentialScope& scope, std::string_view canonical_request);
/// Lower case hex.
std::string signature(std::string_view key, std::string_view string_to_sign);

struct SigningRequest {
  std::string method = "GET";
  std::string origin;     // "https://example.org:8443", as it stands in the URL
  Target target;
  Fields fields;          // all of them are signed; host is added
  std::string payload_hash{kUnsignedPayload};
  std::string region = "us-east-1";
  std::string service = "s3";
};

/// What to send beside `request.fields`: host, x-amz-date, x-amz-content-sha256, authorization.
Fields sign_headers(const SigningRequest& request, const Credential& credential, Time now);

/// The URL that carries its own signature; whoever uses it sends exactly `request.fields` (and whatever is not x-amz-*).
std::string presign(const SigningRequest& request, const Credential& credential, Time now, Duration lifetime, SigningKeys* keys = nullptr);

/// "/a%20b?x=1", encoded as the signature has it, order kept.
std::string encode_target(const Target& target);

}  // namespace satchel::net
