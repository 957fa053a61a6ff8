// SPDX-License-Identifier: Apache-2.0
// GET /auth/authorize (RFC 6749 section 4.1, OpenID Connect Core section 3.1.2): a code for a client whose person is signed in here,
// else the way to the sign-in page, which comes back. Code with PKCE S256, nothing else. An answer goes only to a registered
// place; where the request names another, it is refused without a redirect.
#include <array>
#include <charconv>

#include "satchel/base/crypto.hpp"
#include "satchel/base/encoding.hpp"
#include "satchel/identity/browser.hpp"
#include "satchel/identity/clients.hpp"
#include "satchel/identity/grants.hpp"
#include "satchel/identity/makers.hpp"
#include "satchel/identity/sessions.hpp"
#include "satchel/identity/token_answer.hpp"
#include "satchel/identity/writing.hpp"
#include "satchel/model/keys.hpp"

namespace satchel::identity {
namespace {

constexpr std::size_t kLongestEcho = 1024;  // of state and nonce
constexpr std::string_view kFresh = "fresh";

struct Refusal {
  std::string_view error, description;
};

struct Prompt {
  bool none = false, login = false;
};

Result<Prompt> read_prompt(std::string_view text) {
  const Prompt prompt{.none = has_scope(text, "none"), .login = has_scope(text, "login") || has_scope(text, "select_account")};
  if (prompt.none && text != "none") return fail(ErrorCode::invalid, "prompt=none stands alone.");
  return prompt;
}

/// What is wrong with a request whose client and redirect are right.
std::optional<Refusal> refusal_of(const Request& request) {
  constexpr std::array<std::pair<std::string_view, std::string_view>, 3> kUnsupported{
      {{"request", "request_not_supported"}, {"request_uri", "request_uri_not_supported"}, {"registration", "registration_not_supported"}}};
  for (const auto& [name, error] : kUnsupported) {
    if (request.query.contains(name)) return Refusal{error, "This parameter is not supported"};
  }
  if (request.argument("response_type") != "code") return Refusal{"unsupported_response_type", "Only response_type=code is supported"};
  const auto mode = request.argument("response_mode");
  if (!mode.empty() && mode != "query") return Refusal{"invalid_request", "Only response_mode=query is supported"};
  if (request.argument("code_challenge_method") != "S256" || !is_challenge(request.argument("code_challenge"))) {
    return Refusal{"invalid_request", "PKCE is required: code_challenge with code_challenge_method=S256"};
  }
  if (!has_scope(request.argument("scope"), "openid")) return Refusal{"invalid_scope", "The scope must have openid"};
  if (request.argument("state").size() > kLongestEcho || request.argument("nonce").size() > kLongestEcho) {
    return Refusal{"invalid_request", "state or nonce is too long"};
  }
  if (!read_prompt(request.argument("prompt"))) return Refusal{"invalid_request", "prompt=none stands alone"};
  return std::nullopt;
}

/// Seconds; empty where it is not given. One that is no number asks for the strictest.
std::optional<Duration> max_age_of(const Request& request) {
  const auto text = request.argument("max_age");
  if (text.empty()) return std::nullopt;
  std::int32_t seconds = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), seconds);
  const bool number = error == std::errc{} && end == text.data() + text.size() && seconds >= 0;
  return std::chrono::seconds{number ? seconds : 0};
}

class Authorize final : public Function {
 public:
  explicit Authorize(const Wiring& wiring)
      : reader_(&wiring.reader()), writer_(wiring.writer()), vault_(&wiring.vault()), settings_(&wiring.settings()) {}

  Result<Response> handle(const Context& context, const Request& request) override {
    const auto client = find_client(request.argument("client_id"), settings_->public_url);
    if (!client || !redirects_to(*client, request.argument("redirect_uri"))) {
      return fail(ErrorCode::invalid, "This program is not known here, or asks for the answer to go to a place that is not its own. Start again from the program itself.",
                  {}, "redirect_not_registered");
    }
    if (const auto refusal = refusal_of(request)) return refuse(request, *refusal);
    auto found = TRY(find_session(*reader_, *vault_, context.call, session_cookie(request, settings_->public_url)));
    if (found && is_fresh_enough(*client, *found, context.call.now, request)) return grant(context, request, *found);
    return ask_to_sign_in(context, request);
  }

 private:
  Response answer(const Request& request, TextMap members) const {
    if (const auto state = request.argument("state"); !state.empty()) members.emplace("state", state);
    members.emplace("iss", issuer_of(settings_->public_url));  // RFC 9207
    return Response::redirect(std::string(request.argument("redirect_uri")) + "?" + to_query(members), 302);
  }
  Response refuse(const Request& request, const Refusal& refusal) const {
    return answer(request, {{"error", std::string(refusal.error)}, {"error_description", std::string(refusal.description)}});
  }

  /// The time of asking with a proof that it was us who wrote it down, for this very request.
  std::string fresh_mark(const Request& request, Time time) const {
    TextMap members = request.query;
    members.insert_or_assign(std::string(kFresh), std::to_string(to_millis(time)));
    return members[std::string(kFresh)] + "." + vault_->keyed_hash("fresh sign-in", to_query(members));
  }
  /// When a sign-in that must be fresh was asked for; empty where this request does not say.
  std::optional<Time> asked_at(const Request& request) const {
    const auto mark = request.argument(kFresh);
    std::int64_t millis = 0;
    const auto [end, error] = std::from_chars(mark.data(), mark.data() + std::min(mark.find('.'), mark.size()), millis);
    if (error != std::errc{} || !equal_constant_time(mark, fresh_mark(request, from_millis(millis)))) return std::nullopt;
    return from_millis(millis);
  }

  /// A program of this machine has no address that proves who it is: whoever listens on a port could ask. So the person signs in for it,
  /// and knows of it (RFC 8252 section 8.6).
  bool is_fresh_enough(const Client& client, const SignedInSession& found, Time now, const Request& request) const {
    const auto age = max_age_of(request);
    if (age && age->count() > 0 && now - found.session.begun > *age) return false;
    if (!client.loopback && !read_prompt(request.argument("prompt"))->login && !(age && age->count() == 0)) return true;
    const auto asked = asked_at(request);
    return asked && found.session.begun >= *asked;
  }

  Result<Response> ask_to_sign_in(const Context& context, const Request& request) const {
    if (read_prompt(request.argument("prompt"))->none) return refuse(request, {"login_required", "Nobody is signed in here"});
    TextMap members = request.query;
    members.insert_or_assign(std::string(kFresh), fresh_mark(request, context.call.now));
    return Response::redirect("/signin?continue=" + percent_encode("/auth/authorize?" + to_query(members)), 302);
  }

  Result<Response> grant(const Context& context, const Request& request, const SignedInSession& found) {
    const Authorization authorization{.user = found.user.id, .epoch = found.user.epoch, .session = found.session.id,
                                      .authenticated = found.session.begun, .client = std::string(request.argument("client_id")),
                                      .scope = known_scopes(request.argument("scope"))};
    NewCode code = make_code(*vault_, context.call, context.random, authorization, std::string(request.argument("redirect_uri")),
                             std::string(request.argument("code_challenge")), std::string(request.argument("nonce")));
    auto touch = touch_session(found.session, context.call.now);
    if (!touch) touch = Check{keys::session(found.session.id), Condition::exists()};
    const Transaction operations{std::move(code.put), *std::move(touch)};
    // Signed out in this very moment, in another window.
    if (!TRY(write_again(writer_, context.call, operations)).committed()) return ask_to_sign_in(context, request);
    return answer(request, {{"code", code.code}});
  }

  const TableReader* reader_;
  TableWriter writer_;
  const Vault* vault_;
  const Settings* settings_;
};

}  // namespace

namespace make {
Made authorize(const Wiring& wiring) { return std::make_unique<Authorize>(wiring); }
}  // namespace make

}  // namespace satchel::identity
