// SPDX-License-Identifier: Apache-2.0
// GET and POST /auth/logout (OpenID Connect RP-Initiated Logout 1.0). A session ends where the client shows an ID token of it, or where
// our own page asks: a link on another site signs nobody out.
#include <algorithm>

#include "satchel/identity/browser.hpp"
#include "satchel/identity/clients.hpp"
#include "satchel/identity/makers.hpp"
#include "satchel/identity/sessions.hpp"
#include "satchel/identity/signing_keys.hpp"
#include "satchel/identity/token_answer.hpp"

namespace satchel::identity {
namespace {

struct Hint {
  std::string client, session;
};

class Logout final : public Function {
 public:
  explicit Logout(const Wiring& wiring)
      : reader_(&wiring.reader()), writer_(wiring.writer()), vault_(&wiring.vault()), settings_(&wiring.settings()),
        keys_(wiring.reader(), wiring.vault()) {}

  Result<Response> handle(const Context& context, const Request& request) override {
    const TextMap members = request.method == "POST" ? TRY(parse_form(request)) : request.query;
    const auto hint = read_hint(context.call, text(members, "id_token_hint"));
    const auto cookie = session_cookie(request, settings_->public_url);
    const std::string id = cookie.empty() ? std::string() : session_id(*vault_, cookie);
    const bool ends_cookie = !id.empty() && ((hint && hint->session == id) || is_same_origin(request, settings_->public_url));
    if (hint) TRY(end_session(*reader_, writer_, context.call, hint->session));
    if (ends_cookie) TRY(end_session(*reader_, writer_, context.call, id));
    Response response = Response::redirect(destination(members, hint), 302);
    if (ends_cookie) clear_session_cookie(response, settings_->public_url);
    return response;
  }

 private:
  static std::string_view text(const TextMap& members, std::string_view name) {
    const auto found = members.find(name);
    return found == members.end() ? std::string_view{} : std::string_view(found->second);
  }

  /// An ID token that we made, for whichever client, however old.
  std::optional<Hint> read_hint(const Call& call, std::string_view token) const {
    if (token.empty()) return std::nullopt;
    const std::string issuer = issuer_of(settings_->public_url);
    for (const auto client : {kWebClient, kCliClient}) {
      const auto claims = verify_token(call, token, keys_, {.issuer = issuer, .audience = client, .type = kIdTokenType, .may_be_expired = true});
      if (claims && !(*claims)->text("sid").empty()) return Hint{std::string(client), (*claims)->text("sid")};
    }
    return std::nullopt;
  }

  /// The place a client has registered, or our front page.
  std::string destination(const TextMap& members, const std::optional<Hint>& hint) const {
    const auto wanted = text(members, "post_logout_redirect_uri");
    const auto client = find_client(hint ? std::string_view(hint->client) : text(members, "client_id"), settings_->public_url);
    if (!client || std::ranges::find(client->after_logout, wanted) == client->after_logout.end()) return "/";
    const auto state = text(members, "state");
    return std::string(wanted) + (state.empty() ? "" : "?" + to_query({{"state", std::string(state)}}));
  }

  const TableReader* reader_;
  TableWriter writer_;
  const Vault* vault_;
  const Settings* settings_;
  SigningKeys keys_;
};

}  // namespace

namespace make {
Made logout(const Wiring& wiring) { return std::make_unique<Logout>(wiring); }
}  // namespace make

}  // namespace satchel::identity
