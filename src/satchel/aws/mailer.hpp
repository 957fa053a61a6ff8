// SPDX-License-Identifier: Apache-2.0
// Mail by Amazon SES. Any thread may call.
// Source: Amazon SES API v2 reference, version 2019-09-27 (SendEmail).
#pragma once

#include <memory>
#include <string>

#include "satchel/aws/environment.hpp"
#include "satchel/aws/service_client.hpp"
#include "satchel/base/random.hpp"
#include "satchel/ports/mailer.hpp"

namespace satchel::aws {

struct SesOptions {
  std::string endpoint;  // "https://email.eu-central-1.amazonaws.com"
  std::string region;
  std::string from;               // "Satchel <satchel@example.org>" or the address alone; empty: no mail
  std::string configuration_set;  // empty: the identity's own
  std::shared_ptr<CredentialSource> credentials;
};

/// Without a credential. `from` as SATCHEL_MAIL_FROM has it. Error: invalid (no region, where there is a sender).
Result<SesOptions> ses_from(std::string_view from, const Environment& environment);

/// A mail is sent again only where SES has refused it for now, so that nobody gets two. What SES says of a sender or an account that is
/// not set up is `internal` with a sentence that says what to do, type "mail_not_set_up"; what it says of the mail itself is `invalid`, type
/// "mail_refused". Error: invalid, where `from` is no address.
Result<std::unique_ptr<Mailer>> ses_mailer(SesOptions options, Clock& clock, Random& random);

}  // namespace satchel::aws
