// SPDX-License-Identifier: Apache-2.0
// POST /auth/token (RFC 6749 sections 4.1.3 and 6, RFC 7636): a code for tokens, a refresh token for the next ones. The state of the
// account is looked at each time. A code shown twice, or a refresh token that was replaced before, ends the family: two hold it.
#include "satchel/identity/accounts.hpp"
#include "satchel/identity/browser.hpp"
#include "satchel/identity/clients.hpp"
#include "satchel/identity/grants.hpp"
#include "satchel/identity/lifetimes.hpp"
#include "satchel/identity/makers.hpp"
#include "satchel/identity/sessions.hpp"
#include "satchel/identity/token_answer.hpp"
#include "satchel/identity/writing.hpp"
#include "satchel/model/keys.hpp"

namespace satchel::identity {
namespace {

std::string_view member(const TextMap& form, std::string_view name) {
  const auto found = form.find(name);
  return found == form.end() ? std::string_view{} : std::string_view(found->second);
}

Response invalid_grant() { return oauth_error("invalid_grant", "The code or token is not good, or no longer. Sign in again."); }

bool is_within(std::string_view scopes, std::string_view granted) {
  for (const auto scope : kScopes) {
    if (has_scope(scopes, scope) && !has_scope(granted, scope)) return false;
  }
  return true;
}

class Token final : public Function {
 public:
  explicit Token(const Wiring& wiring)
      : reader_(&wiring.reader()), writer_(wiring.writer()), vault_(&wiring.vault()), settings_(&wiring.settings()),
        keys_(wiring.reader(), wiring.vault()) {}

  Result<Response> handle(const Context& context, const Request& request) override {
    const auto form = parse_form(request);
    if (!form) return oauth_error("invalid_request", form.error().message);
    if (!find_client(member(*form, "client_id"), settings_->public_url)) return oauth_error("invalid_client", "This client is not known");
    const auto type = member(*form, "grant_type");
    if (type == "authorization_code") return redeem(context, *form);
    if (type == "refresh_token") return refresh(context, *form);
    return oauth_error("unsupported_grant_type", "Use authorization_code or refresh_token");
  }

 private:
  /// The person behind an authorization and the session it was given in, where nothing has ended either since.
  Result<std::optional<SignedInSession>> active(const Call& call, const Authorization& authorization) const {
    const auto items = TRY(reader_->batch_get(call, {keys::user(authorization.user), keys::session(authorization.session)}));
    if (!items[0] || !items[1]) return std::nullopt;
    User user = user_from(*items[0]);
    if (user.disabled || user.epoch != authorization.epoch) return std::nullopt;
    return SignedInSession{session_from(*items[1]), std::move(user)};
  }

  Result<Response> answer(const Context& context, const User& user, const RefreshFamily& family, std::string_view scope, std::string_view nonce) {
    Response response = Response::json(TRY(token_answer(context.call, context.random, keys_, *settings_,
                                                        {user, family.authorization, scope, nonce, refresh_token(*vault_, family)})));
    response.headers.emplace_back("cache-control", "no-store");
    return response;
  }

  Result<Response> redeem(const Context& context, const TextMap& form) {
    const auto shown = member(form, "code");
    const auto code = TRY(find_code(*reader_, *vault_, context.call, shown));
    if (!code) return invalid_grant();
    if (!code->family.empty()) return end(context, code->family, "code.replayed");
    const bool bound = code->authorization.client == member(form, "client_id") && code->redirect == member(form, "redirect_uri") &&
                       answers_challenge(member(form, "code_verifier"), code->challenge);
    if (!bound || code->expires <= context.call.now) return invalid_grant();
    const auto person = TRY(active(context.call, code->authorization));
    if (!person) return invalid_grant();

    TRY(keys_.signer(context.call));  // before the code is spent
    const RefreshFamily family{.id = random_id(context.random), .authorization = code->authorization, .count = 0, .rotated = context.call.now, .begun = context.call.now};
    Transaction operations = begin_family(family);
    operations.push_back(use_code(*vault_, shown, family.id));
    operations.emplace_back(Check{keys::session(family.authorization.session), Condition::exists()});
    const WriteOutcome outcome = TRY(write_again(writer_, context.call, operations));
    if (outcome.failed == 2) {  // somebody was faster with the same code
      const auto used = TRY(find_code(*reader_, *vault_, context.call, shown));
      return end(context, used ? used->family : std::string(), "code.replayed");
    }
    return outcome.committed() ? answer(context, person->user, family, code->authorization.scope, code->nonce) : invalid_grant();
  }

  Result<Response> refresh(const Context& context, const TextMap& form) {
    const auto shown = read_refresh_token(*vault_, member(form, "refresh_token"));
    if (!shown) return invalid_grant();
    for (int attempt = 0; attempt < 8; ++attempt) {
      auto family = TRY(find_family(*reader_, context.call, shown->family));
      if (!family || family->authorization.client != member(form, "client_id")) return invalid_grant();
      const auto person = TRY(active(context.call, family->authorization));
      if (!person || family->over(context.call.now)) return end(context, family->id, "refresh.ended");
      const auto asked = member(form, "scope");
      const std::string scope = asked.empty() ? family->authorization.scope : known_scopes(asked);
      if (scope.empty() || !is_within(scope, family->authorization.scope)) return oauth_error("invalid_scope", "Ask for no more than was granted");
      const bool repeated = shown->count + 1 == family->count && context.call.now < family->rotated + kRefreshRetry;
      if (!repeated && shown->count != family->count) return end(context, family->id, "refresh.reused");
      TRY(keys_.signer(context.call));  // before the token is spent
      if (repeated || TRY(advance(context, person->session, *family))) return answer(context, person->user, *family, scope, {});
    }
    return moving();
  }

  /// The next token becomes the good one; false where another request was faster.
  Result<bool> advance(const Context& context, const Session& session, RefreshFamily& family) {
    auto touch = touch_session(session, context.call.now);
    if (!touch) touch = Check{keys::session(session.id), Condition::exists()};
    const Transaction operations{rotate(family, context.call.now), *std::move(touch)};
    if (!TRY(write_again(writer_, context.call, operations)).committed()) return false;
    ++family.count;
    family.rotated = context.call.now;
    return true;
  }

  /// Ends what the token or code belongs to, and says no more than that it is not good.
  Result<Response> end(const Context& context, const std::string& family_id, std::string_view why) {
    const auto family = TRY(find_family(*reader_, context.call, family_id));
    if (family) {
      TRY(write_again(writer_, context.call, end_family(*family)));
      context.logger.warn(why, {{"user", family->authorization.user.str()}, {"client", family->authorization.client}});
    }
    return invalid_grant();
  }

  const TableReader* reader_;
  TableWriter writer_;
  const Vault* vault_;
  const Settings* settings_;
  SigningKeys keys_;
};

/// POST /auth/revoke (RFC 7009): a refresh token and all that came of it. An access token ends by itself within five minutes.
class RevokeToken final : public Function {
 public:
  explicit RevokeToken(const Wiring& wiring) : reader_(&wiring.reader()), writer_(wiring.writer()), vault_(&wiring.vault()) {}

  Result<Response> handle(const Context& context, const Request& request) override {
    const auto form = parse_form(request);
    if (!form || !form->contains("token")) return oauth_error("invalid_request", "Send the token as a form");
    if (const auto shown = read_refresh_token(*vault_, member(*form, "token"))) {
      const auto family = TRY(find_family(*reader_, context.call, shown->family));
      if (family) TRY(write_again(writer_, context.call, end_family(*family)));
    }
    return Response::empty(200);
  }

 private:
  const TableReader* reader_;
  TableWriter writer_;
  const Vault* vault_;
};

/// GET /auth/userinfo (OpenID Connect Core section 5.3).
class Userinfo final : public Function {
 public:
  explicit Userinfo(const Wiring&) {}
  Result<Response> handle(const Context& context, const Request&) override {
    const User& user = std::get<SignedIn>(context.principal).user;
    Response response = Response::json(Json::object({{"sub", user.id.str()}, {"name", user.name}, {"email", user.email}}));
    response.headers.emplace_back("cache-control", "no-store");
    return response;
  }
};

}  // namespace

namespace make {
Made token(const Wiring& wiring) { return std::make_unique<Token>(wiring); }
Made revoke_token(const Wiring& wiring) { return std::make_unique<RevokeToken>(wiring); }
Made userinfo(const Wiring& wiring) { return std::make_unique<Userinfo>(wiring); }
}  // namespace make

}  // namespace satchel::identity
