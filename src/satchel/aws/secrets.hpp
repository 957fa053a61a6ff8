// SPDX-License-Identifier: Apache-2.0
// Secrets of an installation from AWS Secrets Manager: the master key, and others as they are. Any thread may call.
// Source: AWS Secrets Manager API reference, version 2017-10-17 (GetSecretValue).
#pragma once

#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>

#include "satchel/aws/environment.hpp"
#include "satchel/aws/json_client.hpp"

namespace satchel::aws {

struct SecretOptions {
  std::string endpoint;  // "https://secretsmanager.eu-central-1.amazonaws.com"
  std::string region;
  std::string secret;  // name or ARN
  std::string member;  // of the JSON object that the secret is; empty: "master_key", or the secret is the key itself
  std::shared_ptr<CredentialSource> credentials;
  std::string setting = "SATCHEL_MASTER_KEY_SECRET";  // that named it, for errors
};

/// "satchel/master-key", its ARN (whose region counts before AWS_REGION and AWS_DEFAULT_REGION), or either with "#member". Without a
/// credential. Error: invalid, with a sentence that says how to write it.
Result<SecretOptions> secret_at(std::string_view text, const Environment& environment);

/// A secret that is text, whole. Asks each time. Errors: internal (no such secret, no permission, no text; the sentence names secret and
/// setting), too_many, unavailable, deadline_exceeded.
Result<std::string> secret_text(SecretOptions options, Clock& clock, Random& random, Time deadline);

class MasterKeySecret {
 public:
  MasterKeySecret(SecretOptions options, Clock& clock, Random& random);

  /// 32 bytes: the secret is their base64, a JSON object with a member that is, or binary and the bytes themselves. Asked for once, since
  /// the key of an installation never changes. Errors: internal (no such secret, no permission, not 32 bytes; the sentence names secret
  /// and setting), too_many, unavailable, deadline_exceeded.
  Result<std::string> get(Time deadline);

 private:
  Result<std::string> key_in(const Json& answer) const;

  std::string secret_, member_;
  JsonClient client_;
  std::mutex mutex_;
  std::optional<std::string> key_;
};

}  // namespace satchel::aws
