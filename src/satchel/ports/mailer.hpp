// SPDX-License-Identifier: Apache-2.0
// Mail out of the product. Any thread may call.
#pragma once

#include <string>

#include "satchel/base/result.hpp"
#include "satchel/ports/call.hpp"

namespace satchel {

struct Mail {
  std::string to;
  std::string subject;  // one line
  std::string text;     // plain, UTF-8
};

class Mailer {
 public:
  virtual ~Mailer() = default;
  /// Whether mail can be sent at all; where not, links are shown to the person who asked instead.
  virtual bool enabled() const = 0;
  /// Returns when the next server has taken it. Errors: invalid (address or subject with a line break), unsupported (not enabled), unavailable.
  virtual Result<void> send(const Call& call, const Mail& mail) = 0;
};

/// What every adapter checks before it sends: one plain address, a subject of one line. Error: invalid.
Result<void> check_mail(const Mail& mail);

}  // namespace satchel
