// SPDX-License-Identifier: Apache-2.0
// The one door of the S3 endpoint: a request becomes a VerifiedRequest or is refused. It fails closed: whatever is not exactly
// one well-formed signature over all that matters is an error. Reads the head alone. Any thread may call.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "satchel/base/clock.hpp"
#include "satchel/base/result.hpp"
#include "satchel/net/http.hpp"
#include "satchel/net/sigv4.hpp"

namespace satchel::net {

/// What the signature says about the body.
struct Payload {
  enum class Kind { unsigned_payload, sha256 };
  Kind kind = Kind::unsigned_payload;
  std::string sha256;  // 64 hex digits; the body has to be checked against it
};

/// Proof that somebody who has the secret of an access key asked for this, now. Only Verifier makes one.
class VerifiedRequest {
 public:
  enum class Form { header, query };

  const std::string& access_key() const { return access_key_; }
  Form form() const { return form_; }
  const std::string& method() const { return method_; }
  const Target& target() const { return target_; }  // all of it is signed
  const Payload& payload() const { return payload_; }
  bool signs(std::string_view header) const;

 private:
  friend class Verifier;
  VerifiedRequest() = default;

  std::string access_key_;
  Form form_ = Form::header;
  std::string method_;
  Target target_;
  Payload payload_;
  std::vector<std::string> signed_headers_;
};

struct VerifierOptions {
  std::string region = "us-east-1";
  std::string service = "s3";
  Duration skew{900'000};         // between the signer's clock and ours, either way
  Duration longest{604'800'000};  // life of a signed URL
};

class Verifier {
 public:
  /// The secret of an access key; empty where there is none.
  using Secrets = std::function<std::optional<std::string>(std::string_view access_key)>;

  /// `clock` outlives the verifier. `secrets` may be called from any thread.
  Verifier(VerifierOptions options, Secrets secrets, const Clock& clock);

  /// Errors carry S3's code in `type` and map to S3's status: invalid, forbidden, unsupported.
  Result<VerifiedRequest> verify(const RequestHead& head) const;

 private:
  struct Claim;
  Result<Claim> header_claim(const RequestHead& head) const;
  Result<Claim> query_claim(const RequestHead& head, const Target& target) const;
  Result<void> check_scope(const Claim& claim) const;
  Result<void> check_time(const Claim& claim) const;
  Result<void> check_signature(const Claim& claim, const RequestHead& head, const Target& target) const;

  VerifierOptions options_;
  Secrets secrets_;
  const Clock* clock_;
  mutable SigningKeys keys_;
};

}  // namespace satchel::net
