// SPDX-License-Identifier: Apache-2.0
// POST /auth/api/invitation/check, /auth/api/invitation and /auth/api/reset: whom a one-use link is for; setting the password it lets
// one set. The password is always set by whoever opens the link, so nobody can prepare an account for another's address.
#include "satchel/identity/accounts.hpp"
#include "satchel/identity/makers.hpp"
#include "satchel/identity/password_rules.hpp"
#include "satchel/identity/redemption.hpp"
#include "satchel/identity/sessions.hpp"
#include "satchel/identity/signed_in_answer.hpp"
#include "satchel/identity/tickets.hpp"
#include "satchel/identity/writing.hpp"

namespace satchel::identity {
namespace {

class CheckInvitation final : public Function {
 public:
  explicit CheckInvitation(const Wiring& wiring) : reader_(&wiring.reader()), vault_(&wiring.vault()), settings_(&wiring.settings()) {}

  Result<Response> handle(const Context& context, const Request& request) override {
    TRY(check_own_page(request, settings_->public_url));
    auto body = TRY(JsonReader::parse(request.body));
    const std::string token = TRY(body.text("token"));
    TRY(body.finish());
    const Ticket ticket = TRY(find_ticket(*reader_, *vault_, context.call, token));
    if (ticket.kind != TicketKind::sign_up) {
      const auto user = TRY(find_user(*reader_, context.call, ticket.user));
      if (!user || user->disabled || user->epoch != ticket.epoch) return ticket_gone();
    }
    return Response::json(Json::object({{"email", ticket.email}, {"name", ticket.name},
                                        {"kind", ticket.kind == TicketKind::reset ? "reset" : "invitation"}}));
  }

 private:
  const TableReader* reader_;
  const Vault* vault_;
  const Settings* settings_;
};

/// What taking up an invitation and resetting a password have in common.
class UseTicket : public Function {
 public:
  explicit UseTicket(const Wiring& wiring)
      : reader_(&wiring.reader()), writer_(wiring.writer()), vault_(&wiring.vault()), hasher_(&wiring.hasher()), settings_(&wiring.settings()) {}

 protected:
  /// The account with its new password, as a transaction to commit.
  Result<Redemption> prepare(const Context& context, std::string_view token, const Ticket& ticket, std::string_view name, std::string_view password) {
    if (!name.empty()) TRY(check_person_name(name));
    const std::string normal = TRY(check_new_password(password, ticket.email));
    const std::string hash = TRY(hasher_->hash(context.call, normal));
    return redeem({*reader_, *vault_, settings_->default_quota}, context.call, context.random, token, ticket, name, hash);
  }

  Result<void> commit(const Context& context, const Ticket& ticket, const Transaction& operations) {
    const WriteOutcome outcome = TRY(write_again(writer_, context.call, operations));
    if (outcome.failed == 0 && ticket.kind == TicketKind::sign_up) return address_taken();
    if (!outcome.committed()) return ticket_gone();
    return {};
  }

  const TableReader* reader_;
  TableWriter writer_;
  const Vault* vault_;
  PasswordHasher* hasher_;
  const Settings* settings_;
};

class AcceptInvitation final : public UseTicket {
 public:
  using UseTicket::UseTicket;

  Result<Response> handle(const Context& context, const Request& request) override {
    TRY(check_own_page(request, settings_->public_url));
    auto body = TRY(JsonReader::parse(request.body));
    const std::string token = TRY(body.text("token")), password = TRY(body.text("password"));
    const std::string name = TRY(body.optional_text("name")).value_or("");
    TRY(body.finish());
    const Ticket ticket = TRY(find_ticket(*reader_, *vault_, context.call, token));
    if (ticket.kind == TicketKind::reset) return ticket_gone();
    Redemption redemption = TRY(prepare(context, token, ticket, name, password));
    NewSession session = begin_session(*vault_, context.call, context.random, redemption.user, request.header("user-agent"));
    redemption.operations.push_back(std::move(session.put));
    TRY(commit(context, ticket, redemption.operations));
    return signed_in_answer(settings_->public_url, redemption.user, session.secret);
  }
};

class ResetPassword final : public UseTicket {
 public:
  using UseTicket::UseTicket;

  Result<Response> handle(const Context& context, const Request& request) override {
    TRY(check_own_page(request, settings_->public_url));
    auto body = TRY(JsonReader::parse(request.body));
    const std::string token = TRY(body.text("token")), password = TRY(body.text("password"));
    TRY(body.finish());
    const Ticket ticket = TRY(find_ticket(*reader_, *vault_, context.call, token));
    // An administrator may send a reset to one who has not come yet: an invitation by another way.
    if (ticket.kind == TicketKind::sign_up) return ticket_gone();
    const Redemption redemption = TRY(prepare(context, token, ticket, {}, password));
    TRY(commit(context, ticket, redemption.operations));
    return Response::empty();
  }
};

}  // namespace

namespace make {
Made check_invitation(const Wiring& wiring) { return std::make_unique<CheckInvitation>(wiring); }
Made accept_invitation(const Wiring& wiring) { return std::make_unique<AcceptInvitation>(wiring); }
Made reset_password(const Wiring& wiring) { return std::make_unique<ResetPassword>(wiring); }
}  // namespace make

}  // namespace satchel::identity
