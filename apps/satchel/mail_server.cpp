// SPDX-License-Identifier: Apache-2.0
#include "apps/satchel/mail_server.hpp"

#include <array>
#include <charconv>

namespace satchel {
namespace {

struct Scheme {
  std::string_view prefix;
  SmtpOptions::Tls tls;
  int port;
};
constexpr std::array<Scheme, 3> kSchemes{{{"smtp://", SmtpOptions::Tls::starttls, 587}, {"smtps://", SmtpOptions::Tls::implicit, 465}, {"smtp+plain://", SmtpOptions::Tls::none, 25}}};

std::unexpected<Error> bad_url() {
  return fail(ErrorCode::invalid, "smtp_url is no mail server. Write one such as smtp://user@mail.example.org:587, smtps://… or smtp+plain://localhost:25.");
}

}  // namespace

Result<SmtpOptions> smtp_options(const Configuration& configuration) {
  SmtpOptions options{.password = configuration.smtp_password, .from = configuration.mail_from};
  std::string_view url = configuration.smtp_url;
  if (url.empty()) return options;
  for (const Scheme& scheme : kSchemes) {
    if (!url.starts_with(scheme.prefix)) continue;
    url.remove_prefix(scheme.prefix.size());
    options.tls = scheme.tls;
    options.port = scheme.port;
    if (const std::size_t at = url.rfind('@'); at != std::string_view::npos) {
      options.user = std::string(url.substr(0, at));
      url.remove_prefix(at + 1);
    }
    if (const std::size_t colon = url.rfind(':'); colon != std::string_view::npos) {
      const auto digits = url.substr(colon + 1);
      const auto [end, failed] = std::from_chars(digits.data(), digits.data() + digits.size(), options.port);
      if (failed != std::errc() || end != digits.data() + digits.size() || options.port < 1 || options.port > 65'535) return bad_url();
      url = url.substr(0, colon);
    }
    if (url.empty() || url.contains('/')) return bad_url();
    options.host = std::string(url);
    return options;
  }
  return bad_url();
}

}  // namespace satchel
