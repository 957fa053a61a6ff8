// SPDX-License-Identifier: Apache-2.0
// POST /auth/api/sign-in and /auth/api/sign-out. An unknown address, a wrong password, a disabled account and one that was never taken up
// get one answer in one time: the same reads, the same hash.
#include "satchel/identity/accounts.hpp"
#include "satchel/identity/lockout.hpp"
#include "satchel/identity/makers.hpp"
#include "satchel/identity/password_rules.hpp"
#include "satchel/identity/sessions.hpp"
#include "satchel/identity/signed_in_answer.hpp"
#include "satchel/identity/writing.hpp"
#include "satchel/model/keys.hpp"
#include "satchel/model/name.hpp"

namespace satchel::identity {
namespace {

class SignIn final : public Function {
 public:
  explicit SignIn(const Wiring& wiring)
      : reader_(&wiring.reader()), writer_(wiring.writer()), vault_(&wiring.vault()), hasher_(&wiring.hasher()), settings_(&wiring.settings()),
        lockout_(wiring.reader()) {}

  Result<Response> handle(const Context& context, const Request& request) override {
    TRY(check_own_page(request, settings_->public_url));
    auto body = TRY(JsonReader::parse(request.body));
    const std::string email = TRY(fold_email(TRY(body.text("email")))), written = TRY(body.text("password"));
    TRY(body.finish());
    const std::string password = TRY(normalise_password(written));
    if (const Duration wait = TRY(lockout_.attempt(context, writer_, email)); wait.count() > 0) return locked_out(context, wait);
    const auto account = TRY(find_account(*reader_, context.call, std::string_view(email)));
    const bool known = account && account->can_sign_in();
    const bool fits = TRY(hasher_->verify(context.call, known ? account->password_hash : std::string(), password));
    if (!known || !fits) return refuse(context);
    return admit(context, request, *account, email, password);
  }

 private:
  Result<Response> refuse(const Context& context) {
    TRY(lockout_.failed(context, writer_));
    context.logger.info("sign_in.refused", {{"client", context.client}});
    return fail(ErrorCode::unauthenticated, "The e-mail address or the password is not right. Check both and try again.", {}, "sign_in_refused");
  }

  /// A new session, whatever cookie came along; the one before ends.
  Result<Response> admit(const Context& context, const Request& request, const Account& account, const std::string& email, std::string_view password) {
    const User& user = account.user;
    NewSession session = begin_session(*vault_, context.call, context.random, user, request.header("user-agent"));
    const Transaction operations{std::move(session.put), Lockout::forgive(email),
                                 event_of(context.call, context.random, "user.signed_in", user.id.str(), user.id.str())};
    TRY(write_again(writer_, context.call, operations));
    if (const auto before = session_cookie(request, settings_->public_url); !before.empty()) {
      TRY(end_session(*reader_, writer_, context.call, session_id(*vault_, before)));
    }
    if (!hasher_->is_current(account.password_hash)) strengthen(context, account, password);
    return signed_in_answer(settings_->public_url, user, session.secret);
  }

  /// The hash as the parameters of today make it. Whether that works is not the person's concern: the old one still fits.
  void strengthen(const Context& context, const Account& account, std::string_view password) {
    const auto hash = hasher_->hash(context.call, password);
    if (!hash) return;
    Update update{.key = keys::password(account.user.id), .condition = Condition::equals("hash", account.password_hash)};
    update.set.emplace("hash", *hash);
    (void)writer_.write(context.call, {std::move(update)});
  }

  const TableReader* reader_;
  TableWriter writer_;
  const Vault* vault_;
  PasswordHasher* hasher_;
  const Settings* settings_;
  Lockout lockout_;
};

class SignOut final : public Function {
 public:
  explicit SignOut(const Wiring& wiring)
      : reader_(&wiring.reader()), writer_(wiring.writer()), vault_(&wiring.vault()), settings_(&wiring.settings()) {}

  Result<Response> handle(const Context& context, const Request& request) override {
    TRY(check_own_page(request, settings_->public_url));
    if (const auto cookie = session_cookie(request, settings_->public_url); !cookie.empty()) {
      TRY(end_session(*reader_, writer_, context.call, session_id(*vault_, cookie)));
    }
    Response response = Response::empty();
    clear_session_cookie(response, settings_->public_url);
    return response;
  }

 private:
  const TableReader* reader_;
  TableWriter writer_;
  const Vault* vault_;
  const Settings* settings_;
};

}  // namespace

namespace make {
Made sign_in(const Wiring& wiring) { return std::make_unique<SignIn>(wiring); }
Made sign_out(const Wiring& wiring) { return std::make_unique<SignOut>(wiring); }
}  // namespace make

}  // namespace satchel::identity
