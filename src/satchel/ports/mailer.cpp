// SPDX-License-Identifier: Apache-2.0
#include "satchel/ports/mailer.hpp"

#include <algorithm>

namespace satchel {
namespace {

bool is_one_line(std::string_view text) {
  return std::ranges::none_of(text, [](char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7F; });
}

}  // namespace

Result<void> check_mail(const Mail& mail) {
  const std::size_t at = mail.to.find('@');
  const bool address = at != std::string::npos && at > 0 && at + 1 < mail.to.size() && mail.to.size() <= 254 &&
                       mail.to.find_first_of(" <>,;\"@", at + 1) == std::string::npos &&
                       mail.to.find_first_of(" <>,;\"") == std::string::npos && is_one_line(mail.to);
  if (!address) return fail(ErrorCode::invalid, "This is no mail address. Write it as name@example.org.");
  if (mail.subject.empty() || !is_one_line(mail.subject)) return fail(ErrorCode::invalid, "The subject of a mail is one line.");
  return {};
}

}  // namespace satchel
