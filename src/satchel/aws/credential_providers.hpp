// SPDX-License-Identifier: Apache-2.0
// The places that default_credentials() looks into, each by itself. Any thread may call.
#pragma once

#include <functional>
#include <optional>

#include "satchel/aws/environment.hpp"
#include "satchel/base/clock.hpp"
#include "satchel/base/result.hpp"
#include "satchel/net/sigv4.hpp"

namespace satchel::aws {

using FetchCredential = std::function<Result<net::Credential>(Time deadline)>;

/// Empty where the variables are not set. Error: internal, where one of the two is missing.
Result<std::optional<net::Credential>> environment_credential(const Environment& environment);

/// Error: internal, where a web identity is set up, which Satchel does not take.
Result<void> refuse_web_identity(const Environment& environment);

/// Of AWS_SHARED_CREDENTIALS_FILE (else ~/.aws/credentials) and AWS_CONFIG_FILE (else ~/.aws/config). Empty where there is no profile
/// "default". Errors: internal, for a profile that AWS_PROFILE names and nobody has, and for one whose keys are to be got in a way that
/// Satchel does not know.
Result<std::optional<net::Credential>> profile_credential(const Environment& environment);

/// Empty where there is none. Error: internal, where the address is none that a token may be sent to.
Result<FetchCredential> container_credential(const Environment& environment, Clock& clock);

/// Empty where it is switched off. Waits at most a second for each of its three answers, for off EC2 nobody gives them.
FetchCredential instance_credential(const Environment& environment, Clock& clock);

/// What to do where there is nothing at all.
std::unexpected<Error> no_credential();

}  // namespace satchel::aws
