// SPDX-License-Identifier: Apache-2.0
// Sign-in by browser: authorization code with PKCE over a loopback redirect (RFC 8252 section 7.3, RFC 7636).
#include <fmt/format.h>
#include <spawn.h>
#include <sys/wait.h>

#include <condition_variable>
#include <mutex>
#include <ostream>
#include <thread>

#include "satchel/base/crypto.hpp"
#include "satchel/base/encoding.hpp"
#include "satchel/base/log.hpp"
#include "satchel/base/random.hpp"
#include "satchel/cli/api.hpp"
#include "satchel/cli/commands.hpp"
#include "satchel/net/server.hpp"

extern char** environ;

namespace satchel::cli {
namespace {

constexpr std::chrono::minutes kSignInWithin{10};

std::string escaped(std::string_view text) {
  std::string out;
  for (const char c : text) {
    if (c == '&') out += "&amp;";
    else if (c == '<') out += "&lt;";
    else out += c;
  }
  return out;
}

/// What the browser shows at the end; whole in itself, since nothing else is served here.
std::string page(std::string_view title, std::string_view sentence) {
  static constexpr std::string_view kPage = R"(<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>{0} · Satchel</title>
<style>
:root {{ color-scheme: light dark; --page: #f6f5f2; --card: #fff; --text: #1d1d1f; --faint: #5c5c63; }}
@media (prefers-color-scheme: dark) {{ :root {{ --page: #161618; --card: #222225; --text: #f1f1f3; --faint: #aeaeb6; }} }}
body {{ margin: 0; min-height: 100vh; display: grid; place-items: center; background: var(--page); color: var(--text); font: 1rem/1.5 system-ui, sans-serif; }}
main {{ box-sizing: border-box; width: min(26rem, 100vw - 2rem); padding: 2rem; border-radius: 1rem; background: var(--card); box-shadow: 0 1px 3px #0003; }}
h1 {{ margin: 0 0 .5rem; font-size: 1.5rem; }}
p {{ margin: 0; color: var(--faint); }}
</style>
</head>
<body><main><h1>{0}</h1><p>{1}</p></main></body>
</html>
)";
  return fmt::format(kPage, title, escaped(sentence));
}

/// Waits on a loopback port for the browser to come back with a code.
class Callback final : public net::Handler {
 public:
  explicit Callback(std::string state) : state_(std::move(state)) {}

  void handle(std::unique_ptr<net::Exchange> exchange) override {
    const auto answer = take(exchange->head().target);
    exchange->respond({.status = answer.empty() ? 200 : 400,
                       .fields = {{"content-type", "text/html; charset=utf-8"}, {"cache-control", "no-store"}, {"content-security-policy", "default-src 'none'; style-src 'unsafe-inline'"}}},
                      answer.empty() ? page("Signed in", "You can close this page and go back to the terminal.") : page("Not signed in", answer));
  }
  std::string problem(int, std::string_view sentence) override { return std::string(sentence); }

  /// The code, or nothing when time is up.
  std::optional<std::string> wait() {
    std::unique_lock lock(mutex_);
    arrived_.wait_for(lock, kSignInWithin, [&] { return done_; });
    return done_ && error_.empty() ? std::optional(code_) : std::nullopt;
  }
  const std::string& error() const { return error_; }

 private:
  std::string take(std::string_view target) {
    if (!target.starts_with("/callback?")) return "There is nothing here.";
    std::string code, state, error;
    for (std::string_view rest = target.substr(10); !rest.empty();) {
      const std::string_view pair = rest.substr(0, rest.find('&'));
      rest.remove_prefix(std::min(pair.size() + 1, rest.size()));
      const std::size_t equals = std::min(pair.find('='), pair.size());
      const std::string value = percent_decode(pair.substr(std::min(equals + 1, pair.size()))).value_or("");
      if (pair.substr(0, equals) == "code") code = value;
      if (pair.substr(0, equals) == "state") state = value;
      if (pair.substr(0, equals) == "error") error = value;
    }
    if (!equal_constant_time(state, state_)) return "This sign-in was not begun here.";
    const std::lock_guard lock(mutex_);
    code_ = code;
    error_ = code.empty() && error.empty() ? "no code" : error;
    done_ = true;
    arrived_.notify_all();
    return error_.empty() ? "" : "The server refused the sign-in: " + error_;
  }

  std::string state_, code_, error_;
  std::mutex mutex_;
  std::condition_variable arrived_;
  bool done_ = false;
};

/// Best effort: the address is printed in any case.
void open_browser(const std::string& address) {
  const char* arguments[] = {"xdg-open", address.c_str(), nullptr};
  pid_t child = 0;
  if (::posix_spawnp(&child, "xdg-open", nullptr, nullptr, const_cast<char**>(arguments), environ) == 0) {
    std::thread([child] { ::waitpid(child, nullptr, 0); }).detach();
  }
}

Result<Json> fetch_json(net::Client& http, const Clock& clock, const std::string& address) {
  auto url = net::Url::parse(address);
  if (!url) return fail(ErrorCode::invalid, fmt::format("'{}' is no address of a Satchel server. It looks like https://files.example.org.", address));
  const auto response = TRY(http.send({.method = "GET", .url = *std::move(url), .fields = {}, .body = {}, .body_reader = {}, .body_length = 0}, clock.now() + Duration{30'000}));
  auto document = Json::parse(response.body);
  if (response.status != 200 || !document) return fail(ErrorCode::not_found, fmt::format("There is no Satchel server at '{}'. Check the address.", address));
  return *std::move(document);
}

struct Provider {
  std::string authorize, token;
  std::string client, scope;
  std::string callback;  // empty: any free port will do
  std::string resource;  // what the token is for, where the issuer wants to hear it (RFC 8707)
};

/// Servers of earlier versions do not name them.
std::string named(const Json& config, std::string_view member, std::string standard) {
  std::string value = text_of(config, member);
  return value.empty() ? standard : value;
}

std::string discovery_address(std::string issuer) {
  if (issuer.ends_with('/')) issuer.pop_back();
  return issuer + "/.well-known/openid-configuration";
}

Result<Provider> discover(net::Client& http, const Clock& clock, const std::string& url) {
  const Json config = TRY(fetch_json(http, clock, url + "/config.json"));
  const std::string issuer = text_of(config, "issuer");
  const Json document = TRY(fetch_json(http, clock, discovery_address(issuer)));
  if (text_of(document, "issuer") != issuer) return fail(ErrorCode::invalid, "The OpenID provider names another issuer than the server does. Tell its administrator.");
  return Provider{.authorize = text_of(document, "authorization_endpoint"),
                  .token = text_of(document, "token_endpoint"),
                  .client = named(config, "cli_client_id", "satchel-cli"),
                  .scope = named(config, "scope", "openid offline_access"),
                  .callback = text_of(config, "cli_callback"),
                  .resource = text_of(config, "resource")};
}

Result<Credentials> sign_in(World& world, std::string url) {
  while (url.ends_with('/')) url.pop_back();
  const auto http = net::Client::create({.user_agent = "satchel-cli"}, world.clock);
  const Provider provider = TRY(discover(*http, world.clock, url));
  const std::string state = random_secret(world.random), verifier = random_secret(world.random);
  Callback callback(state);
  const auto quiet = null_logger();
  const auto fixed = net::Url::parse(provider.callback);
  const auto server = TRY(net::Server::start({.port = fixed ? fixed->port : std::uint16_t{0}, .loops = 1}, callback, *quiet));
  const std::string redirect = fixed ? provider.callback : fmt::format("http://127.0.0.1:{}/callback", server->port());
  const std::string resource = provider.resource.empty() ? "" : "&resource=" + percent_encode(provider.resource);
  const std::string address = fmt::format("{}{}response_type=code&client_id={}&scope={}&redirect_uri={}&state={}&code_challenge_method=S256&code_challenge={}{}", provider.authorize,
                                          provider.authorize.contains('?') ? '&' : '?', percent_encode(provider.client), percent_encode(provider.scope), percent_encode(redirect), state,
                                          to_base64url(sha256(verifier)), resource);
  world.err << "Open this address in a browser to sign in:\n\n  " << address << "\n\n" << std::flush;
  if (world.err_is_terminal) open_browser(address);
  const auto code = callback.wait();
  server->stop(world.clock.now() + Duration{2'000});
  if (!code) return fail(ErrorCode::unauthenticated, callback.error().empty() ? "Nobody signed in within ten minutes. Run the command again." : "The server refused the sign-in. Run the command again.", callback.error());
  return fetch_tokens(*http, world.clock, {.url = url, .token_endpoint = provider.token, .client_id = provider.client},
                      fmt::format("grant_type=authorization_code&client_id={}&code={}&redirect_uri={}&code_verifier={}{}", percent_encode(provider.client), percent_encode(*code), percent_encode(redirect), verifier, resource));
}

}  // namespace

int login(World& world, const std::string& url) {
  const auto credentials = sign_in(world, url);
  if (!credentials) return report(world, credentials.error());
  auto store = CredentialStore::open(world);
  if (!store) return report(world, store.error());
  if (const auto saved = store->save(*credentials); !saved) return report(world, saved.error());
  if (world.json) {
    world.out << Json::object({{"url", credentials->url}}).text() << '\n';
  } else {
    world.err << "Signed in. Try: satchel ls\n";
  }
  return kDone;
}

int logout(World& world) {
  auto store = CredentialStore::open(world);
  if (!store) return report(world, store.error());
  if (const auto forgotten = store->forget(); !forgotten) return report(world, forgotten.error());
  if (world.json) world.out << Json::object().text() << '\n';
  return kDone;
}

}  // namespace satchel::cli
