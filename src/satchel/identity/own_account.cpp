// SPDX-License-Identifier: Apache-2.0
// What a person does with their own account: POST /auth/api/password, GET /auth/api/sessions, DELETE /auth/api/sessions/{id} and
// POST /auth/api/sessions/end-all.
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

const User& who(const Context& context) { return std::get<SignedIn>(context.principal).user; }

std::unexpected<Error> account_changed() {
  return fail(ErrorCode::conflict, "Your account was changed in this moment. Sign in again, then try once more.", {}, "account_changed");
}

/// Needs the old password: a stolen session is not enough. Raises the epoch, so every other session, refresh and access token is void; the
/// browser that asked gets a new session.
class ChangePassword final : public Function {
 public:
  explicit ChangePassword(const Wiring& wiring)
      : reader_(&wiring.reader()), writer_(wiring.writer()), vault_(&wiring.vault()), hasher_(&wiring.hasher()), settings_(&wiring.settings()),
        lockout_(wiring.reader()) {}

  Result<Response> handle(const Context& context, const Request& request) override {
    TRY(check_own_page(request, settings_->public_url));
    auto body = TRY(JsonReader::parse(request.body));
    const std::string old = TRY(normalise_password(TRY(body.text("old")))), written = TRY(body.text("new"));
    TRY(body.finish());
    const std::string email = TRY(fold_email(who(context).email));
    const std::string password = TRY(check_new_password(written, email));
    if (const Duration wait = TRY(lockout_.attempt(context, writer_, email)); wait.count() > 0) return locked_out(context, wait);
    const auto account = TRY(find_account(*reader_, context.call, who(context).id));
    if (!account || !TRY(hasher_->verify(context.call, account->password_hash, old))) {
      TRY(lockout_.failed(context, writer_));
      return fail(ErrorCode::unauthenticated, "The old password is not right. Try again.", {}, "wrong_password");
    }
    return change(context, request, *account, email, TRY(hasher_->hash(context.call, password)));
  }

 private:
  Result<Response> change(const Context& context, const Request& request, const Account& account, const std::string& email, std::string_view hash) {
    User user = account.user;
    const auto current = TRY(find_session(*reader_, *vault_, context.call, session_cookie(request, settings_->public_url)));
    Transaction operations{raise_epoch(user), put_password(context.call, user.id, hash), Lockout::forgive(email),
                           event_of(context.call, context.random, "user.password_changed", user.id.str(), user.id.str())};
    ++user.epoch;
    Response response = Response::empty();
    if (current && current->user.id == user.id) {
      NewSession session = begin_session(*vault_, context.call, context.random, user, request.header("user-agent"));
      operations.push_back(std::move(session.put));
      set_session_cookie(response, settings_->public_url, session.secret);
    }
    if (!TRY(write_again(writer_, context.call, operations)).committed()) return account_changed();
    return response;
  }

  const TableReader* reader_;
  TableWriter writer_;
  const Vault* vault_;
  PasswordHasher* hasher_;
  const Settings* settings_;
  Lockout lockout_;
};

class ListSessions final : public Function {
 public:
  explicit ListSessions(const Wiring& wiring) : reader_(&wiring.reader()), vault_(&wiring.vault()), settings_(&wiring.settings()) {}

  Result<Response> handle(const Context& context, const Request& request) override {
    const std::string current = session_id(*vault_, session_cookie(request, settings_->public_url));
    Json sessions = Json::array();
    for (const Session& session : TRY(list_sessions(*reader_, context.call, who(context)))) {
      sessions.push(Json::object({{"id", session.id}, {"created", session.begun}, {"last_used", session.seen}, {"client", session.client},
                                  {"current", session.id == current}}));
    }
    return Response::json(Json::object({{"sessions", std::move(sessions)}}));
  }

 private:
  const TableReader* reader_;
  const Vault* vault_;
  const Settings* settings_;
};

class EndSession final : public Function {
 public:
  explicit EndSession(const Wiring& wiring) : reader_(&wiring.reader()), writer_(wiring.writer()), settings_(&wiring.settings()) {}

  Result<Response> handle(const Context& context, const Request& request) override {
    TRY(check_own_page(request, settings_->public_url));
    const auto id = request.parameter("id");
    const auto item = TRY(reader_->get(context.call, keys::session(id)));
    // Another's session is as good as none.
    if (item && session_from(*item).user == who(context).id) TRY(end_session(*reader_, writer_, context.call, id));
    return Response::empty();
  }

 private:
  const TableReader* reader_;
  TableWriter writer_;
  const Settings* settings_;
};

class EndAllSessions final : public Function {
 public:
  explicit EndAllSessions(const Wiring& wiring) : writer_(wiring.writer()), settings_(&wiring.settings()) {}

  Result<Response> handle(const Context& context, const Request& request) override {
    TRY(check_own_page(request, settings_->public_url));
    const User& user = who(context);
    const Transaction operations{raise_epoch(user), event_of(context.call, context.random, "user.signed_out_everywhere", user.id.str(), user.id.str())};
    // Where the epoch is another by now, somebody was faster with the same effect.
    TRY(write_again(writer_, context.call, operations));
    Response response = Response::empty();
    clear_session_cookie(response, settings_->public_url);
    return response;
  }

 private:
  TableWriter writer_;
  const Settings* settings_;
};

}  // namespace

namespace make {
Made change_password(const Wiring& wiring) { return std::make_unique<ChangePassword>(wiring); }
Made list_sessions(const Wiring& wiring) { return std::make_unique<ListSessions>(wiring); }
Made end_session(const Wiring& wiring) { return std::make_unique<EndSession>(wiring); }
Made end_all_sessions(const Wiring& wiring) { return std::make_unique<EndAllSessions>(wiring); }
}  // namespace make

}  // namespace satchel::identity
