// SPDX-License-Identifier: Apache-2.0
#include "satchel/aws/mailer.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <utility>

#include "satchel/aws/json_client.hpp"
#include "satchel/aws/location.hpp"
#include "satchel/base/encoding.hpp"

namespace satchel::aws {
namespace {

constexpr std::array<std::pair<std::string_view, ErrorCode>, 4> kCodes{{
    {"LimitExceededException", ErrorCode::too_many},
    {"MessageRejected", ErrorCode::invalid},
    {"BadRequestException", ErrorCode::invalid},
    {"InternalServiceErrorException", ErrorCode::unavailable},
}};

/// "satchel@example.org" of "Satchel <satchel@example.org>".
std::string_view address_in(std::string_view from) {
  const auto open = from.rfind('<');
  if (open == std::string_view::npos || !from.ends_with('>')) return from;
  return from.substr(open + 1, from.size() - open - 2);
}

/// A name beyond ASCII as RFC 2047 has it, which SES asks for.
std::string encoded(std::string_view from) {
  const std::string_view address = address_in(from);
  if (std::ranges::all_of(from, [](char c) { return static_cast<unsigned char>(c) < 0x80; }) || address.size() == from.size()) return std::string(from);
  std::string_view name = from.substr(0, from.rfind('<'));
  while (name.ends_with(' ')) name.remove_suffix(1);
  return fmt::format("=?UTF-8?B?{}?= <{}>", to_base64(name), address);
}

Json text_of(std::string_view text) { return Json::object({{"Data", text}, {"Charset", "UTF-8"}}); }

class SesMailer final : public Mailer {
 public:
  SesMailer(SesOptions options, Clock& clock, Random& random)
      : from_(std::move(options.from)),
        set_(std::move(options.configuration_set)),
        client_({.service = {"ses", std::move(options.endpoint), std::move(options.region), std::move(options.credentials)},
                 .target = {},
                 .version = {},
                 .subject = fmt::format("the mail service for '{}'", address_in(from_)),
                 .setting = "SATCHEL_MAIL_FROM",
                 .codes = kCodes},
                clock, random) {}

  bool enabled() const override { return !from_.empty(); }

  Result<void> send(const Call& call, const Mail& mail) override {
    if (!enabled()) return fail(ErrorCode::unsupported, "Mail is not set up here. Ask an administrator.");
    TRY(check_mail(mail));
    const Json simple = Json::object({{"Subject", text_of(mail.subject)}, {"Body", Json::object({{"Text", text_of(mail.text)}})}});
    Json body = Json::object({{"FromEmailAddress", encoded(from_)},
                              {"Destination", Json::object({{"ToAddresses", Json(Json::Array{mail.to})}})},
                              {"Content", Json::object({{"Simple", simple}})}});
    if (!set_.empty()) body.set("ConfigurationSetName", set_);
    const auto answer = client_.call({.operation = "SendEmail", .body = std::move(body), .path = "/v2/email/outbound-emails", .repeat = Repeat::refusals, .patience = Duration{10'000}}, call.deadline);
    return answer ? Result<void>() : told(answer.error());
  }

 private:
  static std::unexpected<Error> not_set_up(const Error& error, std::string sentence) { return fail(ErrorCode::internal, std::move(sentence), error.detail, "mail_not_set_up"); }

  /// SES has few types, and its sentences tell them apart.
  Result<void> told(const Error& error) const {
    const std::string& region = client_.service().service.region;
    const std::string_view sender = address_in(from_);
    const bool not_verified = error.detail.find("not verified") != std::string::npos;
    if (error.type == "MailFromDomainNotVerifiedException" || (not_verified && error.detail.find(sender) != std::string::npos)) {
      return not_set_up(error, fmt::format("SES does not send for '{}': verify the address or its domain in {}, or set SATCHEL_MAIL_FROM to another.", sender, region));
    }
    if (not_verified) {
      return not_set_up(error, fmt::format("SES sends to verified addresses alone, since this account is in its sandbox in {}. Ask AWS for production access.", region));
    }
    if (error.type == "AccountSuspendedException" || error.type == "SendingPausedException") {
      return not_set_up(error, fmt::format("SES has paused the sending of mail for this account in {}. Look at its reputation there.", region));
    }
    if (error.code == ErrorCode::too_many) return fail(ErrorCode::too_many, "The mail could not be sent now, since too many were sent. Try again later.", error.detail);
    if (error.code == ErrorCode::invalid) return fail(ErrorCode::invalid, "The mail server refused this mail. Check the address.", error.detail, "mail_refused");
    return std::unexpected(error);
  }

  std::string from_, set_;
  JsonClient client_;
};

}  // namespace

Result<SesOptions> ses_from(std::string_view from, const Environment& environment) {
  SesOptions options{.from = std::string(from)};
  if (from.empty()) return options;
  options.region = first_set(environment, {"AWS_REGION", "AWS_DEFAULT_REGION"});
  if (options.region.empty()) return fail(ErrorCode::invalid, "Mail by SES needs a region. Set AWS_REGION.");
  options.endpoint = TRY(service_endpoint(environment, "AWS_ENDPOINT_URL_SESV2", "email", options.region));
  return options;
}

Result<std::unique_ptr<Mailer>> ses_mailer(SesOptions options, Clock& clock, Random& random) {
  if (!options.from.empty()) {
    const auto good = check_mail({.to = std::string(address_in(options.from)), .subject = options.from, .text = {}});
    if (!good) return fail(ErrorCode::invalid, "The sender of mails is no address. Write SATCHEL_MAIL_FROM as Satchel <satchel@example.org>.");
  }
  return std::make_unique<SesMailer>(std::move(options), clock, random);
}

}  // namespace satchel::aws
