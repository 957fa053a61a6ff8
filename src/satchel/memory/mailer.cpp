// SPDX-License-Identifier: Apache-2.0
#include "satchel/memory/mailer.hpp"

namespace satchel {

Result<void> MemoryMailer::send(const Call&, const Mail& mail) {
  if (!enabled_) return fail(ErrorCode::unsupported, "This server sends no mail.");
  TRY(check_mail(mail));
  const std::scoped_lock lock(mutex_);
  sent_.push_back(mail);
  return {};
}

std::vector<Mail> MemoryMailer::sent() const {
  const std::scoped_lock lock(mutex_);
  return sent_;
}

}  // namespace satchel
