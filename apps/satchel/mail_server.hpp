// SPDX-License-Identifier: Apache-2.0
// The mail server as the configuration names it.
#pragma once

#include "apps/satchel/configuration.hpp"
#include "satchel/embedded/mailer.hpp"

namespace satchel {

/// "smtp://user@host:587" (STARTTLS is demanded), "smtps://user@host:465" (TLS from the first byte), "smtp+plain://localhost:25" (a server on this
/// machine). An empty URL: no mail. Error: invalid.
Result<SmtpOptions> smtp_options(const Configuration& configuration);

}  // namespace satchel
