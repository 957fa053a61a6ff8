// SPDX-License-Identifier: Apache-2.0
// Where the clients of AWS's services have their credential from. Any thread may call.
// Source: AWS SDKs and Tools reference guide (standardized credential providers), Amazon ECS and EC2 user guides.
#pragma once

#include <functional>
#include <memory>

#include "satchel/aws/environment.hpp"
#include "satchel/base/clock.hpp"
#include "satchel/base/log.hpp"
#include "satchel/base/result.hpp"
#include "satchel/base/time.hpp"
#include "satchel/net/sigv4.hpp"

namespace satchel::aws {

class CredentialSource {
 public:
  virtual ~CredentialSource() = default;
  /// One that is good now and for some minutes more; asks the network only where the last one is about to end. Errors: internal (there is
  /// none, or none is granted: the sentence says what to set), unavailable, deadline_exceeded.
  virtual Result<net::Credential> get(Time deadline) = 0;
};

/// Always the same one.
std::shared_ptr<CredentialSource> fixed_credential(net::Credential credential);

/// The first of these that is set up, looked for at the first call and then kept to:
/// 1. AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY and AWS_SESSION_TOKEN;
/// 2. the profile AWS_PROFILE (else "default") in the files of AWS's tools, where it has keys;
/// 3. a container's: AWS_CONTAINER_CREDENTIALS_RELATIVE_URI or …_FULL_URI, with AWS_CONTAINER_AUTHORIZATION_TOKEN(_FILE);
/// 4. an instance's, by IMDSv2, unless AWS_EC2_METADATA_DISABLED is true.
/// A profile without keys, and a web identity, get a sentence: neither is supported, and going on would take another's rights.
/// What ends is fetched anew five minutes before, by one thread, while the others have the old one; where that fails the old one serves on.
/// All of them outlive the source.
std::shared_ptr<CredentialSource> default_credentials(Environment environment, Clock& clock, Logger& logger);

/// The last rule alone, over any way to get one.
std::shared_ptr<CredentialSource> refreshed_credential(std::function<Result<net::Credential>(Time deadline)> fetch, Clock& clock, Logger& logger);

}  // namespace satchel::aws
