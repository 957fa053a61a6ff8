// SPDX-License-Identifier: Apache-2.0
// POST /auth/api/reset-request and /auth/api/sign-up, and the consumers that send the mail. The request only writes an event, whoever asks for
// whatever address: neither answer nor time tells whether it has an account. The token in the mail is made from the event's id under the
// vault, so a repeated delivery sends the same one, and neither event nor table holds it.
#include <fmt/format.h>

#include "satchel/base/crypto.hpp"
#include "satchel/base/encoding.hpp"
#include "satchel/identity/accounts.hpp"
#include "satchel/identity/browser.hpp"
#include "satchel/identity/lifetimes.hpp"
#include "satchel/identity/lockout.hpp"
#include "satchel/identity/makers.hpp"
#include "satchel/identity/password_rules.hpp"
#include "satchel/identity/tickets.hpp"
#include "satchel/identity/writing.hpp"
#include "satchel/model/keys.hpp"
#include "satchel/model/name.hpp"
#include "satchel/runtime/gate_misses.hpp"

namespace satchel::identity {
namespace {

constexpr std::int64_t kMostForAddress = 3, kMostForNetwork = 30;  // in an hour
constexpr Duration kConsumedKept = std::chrono::days{14};

/// What the two requests have in common: mails to an address, and by a network, are few.
class RequestByMail : public Function {
 public:
  explicit RequestByMail(const Wiring& wiring)
      : reader_(&wiring.reader()), writer_(wiring.writer()), mailer_(&wiring.mailer()), settings_(&wiring.settings()) {}

 protected:
  Result<Response> request_mail(const Context& context, std::string_view type, const std::string& email, std::map<std::string, std::string, std::less<>> data) {
    const std::string subject = to_base64url(sha256(TRY(fold_email(email))));
    const bool allowed = TRY(within_hourly(*reader_, writer_, context.call, "mail-by:" + network_of(context.client), kMostForNetwork)) &&
                         TRY(within_hourly(*reader_, writer_, context.call, "mail-to:" + subject, kMostForAddress));
    if (allowed) {
      data.emplace("email", email);
      const Event event{.id = ulid(context.call.now, context.random), .type = std::string(type), .time = context.call.now, .actor = "anonymous",
                        .subject = subject, .data = std::move(data)};
      TRY(write_again(writer_, context.call, {Put{outbox_item(event), Condition::absent()}}));
    }
    return Response::empty(202);
  }

  const TableReader* reader_;
  TableWriter writer_;
  Mailer* mailer_;
  const Settings* settings_;
};

class RequestReset final : public RequestByMail {
 public:
  using RequestByMail::RequestByMail;
  Result<Response> handle(const Context& context, const Request& request) override {
    TRY(check_own_page(request, settings_->public_url));
    auto body = TRY(JsonReader::parse(request.body));
    const std::string email = TRY(body.text("email"));
    TRY(body.finish());
    TRY(fold_email(email));
    if (!mailer_->enabled()) return Response::empty(202);
    return request_mail(context, "reset.requested", email, {});
  }
};

class SignUp final : public RequestByMail {
 public:
  using RequestByMail::RequestByMail;
  Result<Response> handle(const Context& context, const Request& request) override {
    TRY(check_own_page(request, settings_->public_url));
    auto body = TRY(JsonReader::parse(request.body));
    const std::string email = TRY(body.text("email")), name = TRY(check_person_name(TRY(body.text("name"))));
    const auto password = TRY(body.optional_text("password"));
    TRY(body.finish());
    TRY(fold_email(email));
    // Judged here so that the person hears it at once; set by whoever opens the mail.
    if (password) TRY(check_new_password(*password, email));
    const auto switches = TRY(reader_->get(context.call, keys::provider_settings()));
    if (!mailer_->enabled() || !switches || !switches->flag(keys::kSelfSignup)) {
      return fail(ErrorCode::forbidden, "Nobody can make an account here by themselves. Ask an administrator to invite you.", {}, "sign_up_closed");
    }
    return request_mail(context, "sign_up.requested", email, {{"name", name}});
  }
};

class MailTicket : public Function {
 public:
  explicit MailTicket(const Wiring& wiring)
      : reader_(&wiring.reader()), writer_(wiring.writer()), vault_(&wiring.vault()), mailer_(&wiring.mailer()), settings_(&wiring.settings()) {}

 protected:
  std::string token_of(const Event& event) const { return vault_->keyed_hash("token of event", event.type + " " + event.id); }

  /// Whether the ticket is there to be sent: made now, or before and not used. The mark and the ticket are one write, so a late
  /// repetition never brings a used one back.
  Result<bool> issue(const Context& context, std::string_view consumer, const Event& event, const Ticket& ticket) {
    if (ticket.expires <= context.call.now) return false;
    const std::string token = token_of(event);
    Item mark{keys::consumed(consumer, event.id), {}};
    keys::index_due(mark, context.call.now + kConsumedKept);
    const Transaction operations{Put{std::move(mark), Condition::absent()}, Put{ticket_item(*vault_, token, ticket), Condition::absent()}};
    if (TRY(write_again(writer_, context.call, operations)).committed()) return true;
    return TRY(reader_->get(context.call, ticket_key(*vault_, token))).has_value();
  }

  const TableReader* reader_;
  TableWriter writer_;
  const Vault* vault_;
  Mailer* mailer_;
  const Settings* settings_;
};

class MailReset final : public MailTicket {
 public:
  using MailTicket::MailTicket;
  Result<void> on_event(const Context& context, const Event& event) override {
    const auto email = event.data.find("email");
    if (email == event.data.end() || !mailer_->enabled()) return {};
    const auto account = TRY(find_account(*reader_, context.call, std::string_view(email->second)));
    if (!account || !account->can_sign_in()) return {};
    const User& user = account->user;
    const Ticket ticket{.kind = TicketKind::reset, .user = user.id, .epoch = user.epoch, .email = user.email, .name = user.name,
                        .expires = event.time + kResetLife};
    if (!TRY(issue(context, "mail_reset", event, ticket))) return {};
    return mailer_->send(context.call, {.to = user.email, .subject = "Set a new password",
                                        .text = fmt::format("Somebody, most likely you, asked for a new password at {}.\n\nOpen this link within 15 minutes to set one:\n\n"
                                                            "{}\n\nIf it was not you, do nothing: your password stays as it is.\n",
                                                            settings_->public_url, reset_url(settings_->public_url, token_of(event)))});
  }
};

class MailSignUp final : public MailTicket {
 public:
  using MailTicket::MailTicket;
  Result<void> on_event(const Context& context, const Event& event) override {
    const auto email = event.data.find("email"), name = event.data.find("name");
    if (email == event.data.end() || name == event.data.end() || !mailer_->enabled()) return {};
    const auto account = TRY(find_account(*reader_, context.call, std::string_view(email->second)));
    if (account) return mailer_->send(context.call, known_already(account->user));
    const Ticket ticket{.kind = TicketKind::sign_up, .user = {}, .epoch = 0, .email = email->second, .name = name->second,
                        .expires = event.time + kAddressCheckLife};
    if (!TRY(issue(context, "mail_sign_up", event, ticket))) return {};
    // Without the name that was typed: it may be a stranger's message to the owner of the address.
    return mailer_->send(context.call, {.to = email->second, .subject = "Confirm your address",
                                        .text = fmt::format("Somebody, most likely you, asked for an account at {} with this address.\n\nOpen this link within a day to confirm it "
                                                            "and set your password:\n\n{}\n\nIf it was not you, do nothing: there will be no account.\n",
                                                            settings_->public_url, invitation_url(settings_->public_url, token_of(event)))});
  }

 private:
  Mail known_already(const User& user) const {
    return {.to = user.email, .subject = "You have an account already",
            .text = fmt::format("Somebody, most likely you, asked for an account at {} with this address, which has one.\n\nSign in there; if you do not know the password any "
                                "more, ask for a new one on that page.\n",
                                settings_->public_url)};
  }
};

}  // namespace

namespace make {
Made request_reset(const Wiring& wiring) { return std::make_unique<RequestReset>(wiring); }
Made sign_up(const Wiring& wiring) { return std::make_unique<SignUp>(wiring); }
Made mail_reset(const Wiring& wiring) { return std::make_unique<MailReset>(wiring); }
Made mail_sign_up(const Wiring& wiring) { return std::make_unique<MailSignUp>(wiring); }
}  // namespace make

}  // namespace satchel::identity
