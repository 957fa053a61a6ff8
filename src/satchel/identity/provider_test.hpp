// SPDX-License-Identifier: Apache-2.0
// The whole provider over memory adapters, and a browser and a client to use it with.
#pragma once

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <memory>
#include <optional>
#include <string>

#include "satchel/base/crypto.hpp"
#include "satchel/base/encoding.hpp"
#include "satchel/identity/accounts.hpp"
#include "satchel/identity/browser.hpp"
#include "satchel/identity/clients.hpp"
#include "satchel/identity/directory.hpp"
#include "satchel/identity/registry.hpp"
#include "satchel/identity/setup.hpp"
#include "satchel/identity/signing_keys.hpp"
#include "satchel/identity/token_answer.hpp"
#include "satchel/memory/clock.hpp"
#include "satchel/memory/mailer.hpp"
#include "satchel/memory/object_store.hpp"
#include "satchel/memory/random.hpp"
#include "satchel/memory/table.hpp"
#include "satchel/memory/vault.hpp"
#include "satchel/model/keys.hpp"

namespace satchel::identity {

inline constexpr std::string_view kUrl = "https://files.example.org";
inline constexpr std::string_view kCallback = "https://files.example.org/callback";
inline constexpr std::string_view kPassword = "a horse of many colours";
inline constexpr std::string_view kVerifier = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk";

/// What a person's browser keeps between requests.
struct Browser {
  TextMap cookies;
  std::string client = "192.0.2.1";
};

class ProviderTest : public testing::Test {
 protected:
  ProviderTest() : ProviderTest(memory_table()) {}
  explicit ProviderTest(std::unique_ptr<MemoryTable> table) : table_(std::move(table)) { lend_keys(); }

  Call now() const { return {clock_.now(), clock_.now() + std::chrono::seconds{20}}; }

  /// The answer of a function, errors as their problem documents. `principal` for the rows of signed-in people.
  Response send(std::string_view method, std::string_view path, Request request, Browser& browser, Principal principal = Anonymous{}) {
    const auto match = registry_.match(method, path);
    EXPECT_NE(match.bound, nullptr) << path;
    request.method = method;
    request.path = path;
    request.parameters = match.parameters;
    request.cookies = browser.cookies;
    const Context context{.call = now(), .principal = std::move(principal), .request_id = "r1", .client = browser.client, .random = random_, .logger = *logger_, .clock = &clock_};
    auto result = match.bound->function->handle(context, request);
    Response response = result ? *std::move(result) : problem(result.error(), "r1");
    for (const auto& [name, value] : response.headers) {
      if (name == "set-cookie") keep(browser, value);
    }
    return response;
  }
  Response post(std::string_view path, const Json& body, Browser& browser, Principal principal = Anonymous{}) {
    return send("POST", path, {.headers = own_page(), .body = body.text()}, browser, std::move(principal));
  }
  Response get(std::string_view path, TextMap query, Browser& browser, TextMap headers = {}) {
    return send("GET", path, {.query = std::move(query), .headers = std::move(headers)}, browser);
  }
  Response post_form(std::string_view path, const TextMap& members) {
    Browser none;
    return send("POST", path, {.headers = {{"content-type", "application/x-www-form-urlencoded"}}, .body = to_query(members)}, none);
  }
  static TextMap own_page() { return {{"satchel-request", "1"}, {"origin", std::string(kUrl)}, {"sec-fetch-site", "same-origin"}}; }

  User add(std::string_view email, Role role = Role::member) {
    const std::string hash = hasher_->hash(now(), kPassword).value();
    return add_account(*table_, now(), random_, email, "Ann", role, hash, 1000).value();
  }
  Response sign_in(Browser& browser, std::string_view email, std::string_view password = kPassword) {
    return post("/auth/api/sign-in", Json::object({{"email", email}, {"password", password}}), browser);
  }
  Browser signed_in(std::string_view email) {
    Browser browser;
    EXPECT_EQ(sign_in(browser, email).status, 200);
    return browser;
  }

  static TextMap authorization(std::string_view client = kWebClient, std::string_view redirect = kCallback) {
    return {{"response_type", "code"}, {"client_id", std::string(client)}, {"redirect_uri", std::string(redirect)}, {"scope", "openid profile email"},
            {"state", "s+1/&"}, {"nonce", "n1"}, {"code_challenge", to_base64url(sha256(kVerifier))}, {"code_challenge_method", "S256"}};
  }
  static std::string location(const Response& response) { return header(response, "location"); }
  static std::string header(const Response& response, std::string_view wanted) {
    for (const auto& [name, value] : response.headers) {
      if (name == wanted) return value;
    }
    return {};
  }
  /// A parameter of the location, decoded.
  static std::string parameter(const std::string& location, std::string_view name) {
    const auto query = location.substr(std::min(location.find('?'), location.size()));
    const auto begin = query.find(std::string(name) + "=");
    if (begin == query.npos || (query[begin - 1] != '?' && query[begin - 1] != '&')) return {};
    const auto value = begin + name.size() + 1;
    return percent_decode(query.substr(value, query.find('&', value) - value)).value_or("");
  }
  std::string code(Browser& browser, TextMap query = authorization()) { return parameter(location(get("/auth/authorize", std::move(query), browser)), "code"); }
  static TextMap redemption(std::string_view code) {
    return {{"grant_type", "authorization_code"}, {"client_id", std::string(kWebClient)}, {"redirect_uri", std::string(kCallback)}, {"code", std::string(code)},
            {"code_verifier", std::string(kVerifier)}};
  }
  Response redeem(std::string_view code) { return post_form("/auth/token", redemption(code)); }
  Response refresh(std::string_view token) {
    return post_form("/auth/token", {{"grant_type", "refresh_token"}, {"client_id", std::string(kWebClient)}, {"refresh_token", std::string(token)}});
  }
  static std::string text(const Response& response, std::string_view name) {
    const auto body = Json::parse(response.body);
    const Json* member = body ? body->find(name) : nullptr;
    return member && member->as<std::string>() ? *member->as<std::string>() : std::string();
  }
  static std::string error(const Response& response) { return text(response, "error"); }
  static std::string type(const Response& response) { return text(response, "type"); }
  std::string refresh_token(Browser& browser) { return text(redeem(code(browser)), "refresh_token"); }
  Principal principal(const UserId& id) { return SignedIn{.user = find_user(*table_, now(), id).value().value()}; }
  Result<Verified<Claims>> read_access_token(std::string_view token) {
    return verify_token(now(), token, keys_, {.issuer = "https://files.example.org/auth", .audience = kAudience});
  }

  ManualClock clock_;
  SeededRandom random_{1};
  std::unique_ptr<MemoryTable> table_;
  std::unique_ptr<Vault> vault_ = memory_vault();
  std::unique_ptr<PasswordHasher> hasher_ = memory_password_hasher();
  std::unique_ptr<MemoryObjectStore> objects_ = memory_object_store(clock_, random_);
  std::unique_ptr<Logger> logger_ = null_logger();
  MemoryMailer mailer_;
  Settings settings_{.public_url = std::string(kUrl), .default_quota = 1000, .version = "1"};
  AccountDirectory directory_{*table_, *vault_, random_, 1000};
  Ports ports_{*table_, *objects_, directory_, mailer_, *vault_, *hasher_, settings_};
  Registry registry_{identity_rows(), ports_};
  SigningKeys keys_{*table_, *vault_};

 private:
  static void keep(Browser& browser, std::string_view cookie) {
    const auto equals = cookie.find('='), end = cookie.find(';');
    const std::string name(cookie.substr(0, equals)), value(cookie.substr(equals + 1, end - equals - 1));
    if (value.empty()) {
      browser.cookies.erase(name);
    } else {
      browser.cookies.insert_or_assign(name, value);
    }
  }

  /// Making a key takes a while: one serves all tests.
  void lend_keys() {
    static const std::vector<Item> made = [this] {
      const auto table = memory_table();
      const SigningKeys keys(*table, *vault_);
      EXPECT_TRUE(keys.tend(now(), TableWriter(*table, {Family::key}), random_));
      return table->items();
    }();
    for (const Item& item : made) {
      while (!table_->get(now(), item.key).value()) (void)table_->write(now(), {Put{item, {}}});
    }
  }
};

}  // namespace satchel::identity
