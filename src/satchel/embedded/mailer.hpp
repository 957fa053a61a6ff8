// SPDX-License-Identifier: Apache-2.0
// Mail by SMTP (RFC 5321), by libcurl. Without a host there is no mail. Any thread may call; each mail is a connection of its own.
#pragma once

#include <memory>
#include <string>

#include "satchel/base/clock.hpp"
#include "satchel/base/random.hpp"
#include "satchel/ports/mailer.hpp"

namespace satchel {

struct SmtpOptions {
  enum class Tls {
    none,      // for a server on this machine
    starttls,  // demanded, not merely tried
    implicit,  // from the first byte; port 465
  };
  std::string host;  // empty: no mail
  int port = 587;
  std::string user, password;  // empty: without signing in
  Tls tls = Tls::starttls;
  std::string from;  // "Satchel <satchel@example.org>" or the address alone
};

/// Error: invalid, where host is given and `from` is no address.
Result<std::unique_ptr<Mailer>> smtp_mailer(SmtpOptions options, const Clock& clock, Random& random);

}  // namespace satchel
