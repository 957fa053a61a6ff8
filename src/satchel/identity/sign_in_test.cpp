// SPDX-License-Identifier: Apache-2.0
#include "satchel/identity/provider_test.hpp"

namespace satchel::identity {
namespace {

using testing::HasSubstr;
using testing::Not;

class SignInTest : public ProviderTest {
 protected:
  SignInTest() { ann_ = add("ann@example.org"); }
  int try_password(std::string_view email, std::string_view password, Browser browser = {}) { return sign_in(browser, email, password).status; }
  /// Wrong passwords until one has to wait.
  void fail_often(std::string_view email) {
    for (int i = 0; i < 5; ++i) ASSERT_EQ(try_password(email, "wrong password"), 401) << i;
  }
  std::string_view cookie(const Browser& browser) { return browser.cookies.find("__Host-satchel_session")->second; }

  User ann_;
};

TEST_F(SignInTest, SetsASessionCookieThatNoScriptAndNoOtherSiteCanUse) {
  Browser browser;
  const Response response = sign_in(browser, "ann@example.org");
  EXPECT_EQ(response.status, 200);
  EXPECT_EQ(text(response, "name"), "Ann");
  const std::string set = header(response, "set-cookie");
  EXPECT_THAT(set, testing::StartsWith("__Host-satchel_session="));
  for (const char* part : {"; Path=/;", "; HttpOnly", "; SameSite=Lax", "; Secure", "; Max-Age=86400"}) EXPECT_THAT(set + ";", HasSubstr(part));
  EXPECT_THAT(set, Not(HasSubstr("Domain")));
  for (const Item& item : table_->items()) {
    for (const auto& [name, value] : item.attributes) {
      const auto* text = std::get_if<std::string>(&value);
      EXPECT_TRUE(!text || !text->contains(cookie(browser))) << "the table holds the secret in " << name;
    }
  }
}

TEST_F(SignInTest, OverPlainHttpTheCookieHasItsPlainName) {
  settings_.public_url = "http://localhost:8420";
  Browser browser;
  const Response response = send("POST", "/auth/api/sign-in", {.headers = {{"satchel-request", "1"}}, .body = R"({"email":"ann@example.org","password":"a horse of many colours"})"}, browser);
  EXPECT_THAT(header(response, "set-cookie"), testing::StartsWith("satchel_session="));
  EXPECT_THAT(header(response, "set-cookie"), Not(HasSubstr("Secure")));
}

// I-1
TEST_F(SignInTest, I1EachSignInIsANewSessionAndEndsTheOneBefore) {
  Browser browser;
  browser.cookies.emplace("__Host-satchel_session", "fixed-by-somebody");
  ASSERT_EQ(sign_in(browser, "ann@example.org").status, 200);
  EXPECT_NE(cookie(browser), "fixed-by-somebody");
  Browser before = browser;
  ASSERT_EQ(sign_in(browser, "ann@example.org").status, 200);
  EXPECT_NE(cookie(browser), cookie(before));
  EXPECT_EQ(code(before), "");
  EXPECT_NE(code(browser), "");
}

TEST_F(SignInTest, AnySpellingOfTheAddressIsTheSameAccount) {
  EXPECT_EQ(try_password("ANN@Example.ORG", kPassword), 200);
  EXPECT_EQ(try_password("ａｎｎ@example.org", kPassword), 200) << "NFKC";
}

// L-1: one answer for an unknown address, a wrong password, a disabled account, an invitation not taken up.
TEST_F(SignInTest, L1NobodyLearnsWhichPartWasWrong) {
  ASSERT_TRUE(directory_.invite(now(), "bob@example.org", "Bob", Role::member));
  const User carl = add("carl@example.org");
  ASSERT_TRUE(directory_.set_disabled(now(), carl.id, true));
  Browser browser;
  const Response wrong = sign_in(browser, "ann@example.org", "wrong password");
  for (const auto& response : {sign_in(browser, "nobody@example.org", kPassword), sign_in(browser, "bob@example.org", kPassword), sign_in(browser, "carl@example.org", kPassword)}) {
    EXPECT_EQ(response.status, wrong.status);
    EXPECT_EQ(response.body, wrong.body);
    EXPECT_EQ(response.headers, wrong.headers);
  }
  EXPECT_EQ(wrong.status, 401);
}

/// Counts what a sign-in costs.
class CountingHasher final : public PasswordHasher {
 public:
  explicit CountingHasher(PasswordHasher& inner) : inner_(&inner) {}
  Result<std::string> hash(const Call& call, std::string_view password) override { return ++count, inner_->hash(call, password); }
  Result<bool> verify(const Call& call, std::string_view hash, std::string_view password) override { return ++count, inner_->verify(call, hash, password); }
  bool is_current(std::string_view hash) const override { return current && inner_->is_current(hash); }
  int count = 0;
  bool current = true;

 private:
  PasswordHasher* inner_;
};

class CountedSignInTest : public SignInTest {
 protected:
  Response counted(std::string_view email, std::string_view password) {
    Browser browser;
    const Request request{.headers = own_page(), .body = Json::object({{"email", email}, {"password", password}}).text()};
    const Context context{.call = now(), .principal = Anonymous{}, .request_id = "r1", .client = {}, .random = random_, .logger = *logger_, .clock = &clock_};
    auto result = counted_registry_.match("POST", "/auth/api/sign-in").bound->function->handle(context, request);
    return result ? *std::move(result) : problem(result.error(), "r1");
  }
  CountingHasher counter_{*hasher_};
  Ports counted_ports_{*table_, *objects_, directory_, mailer_, *vault_, counter_, settings_};
  Registry counted_registry_{identity_rows(), counted_ports_};
};

TEST_F(CountedSignInTest, L1AnUnknownAddressCostsAHash) {
  EXPECT_EQ(counted("nobody@example.org", "some password").status, 401);
  EXPECT_EQ(counter_.count, 1);
  EXPECT_EQ(counted("ann@example.org", "some password").status, 401);
  EXPECT_EQ(counter_.count, 2);
}

TEST_F(CountedSignInTest, H9AHugePasswordIsRefusedWithoutAHash) {
  EXPECT_EQ(counted("ann@example.org", std::string(1025, 'x')).status, 400);
  EXPECT_EQ(counted("ann@example.org", std::string(100, 'x')).status, 401);
  // U+FDFA becomes eighteen characters.
  std::string grows;
  for (int i = 0; i < 300; ++i) grows += "\xEF\xB7\xBA";
  EXPECT_EQ(counted("ann@example.org", grows).status, 400);
  EXPECT_EQ(counter_.count, 1);
}

TEST_F(CountedSignInTest, AHashOfOldParametersIsMadeAnewAtTheNextSignIn) {
  const auto before = find_account(*table_, now(), ann_.id).value()->password_hash;
  counter_.current = false;
  EXPECT_EQ(counted("ann@example.org", kPassword).status, 200);
  EXPECT_EQ(counter_.count, 2);
  counter_.current = true;
  EXPECT_EQ(counted("ann@example.org", kPassword).status, 200);
  EXPECT_EQ(counter_.count, 3);
}

TEST_F(SignInTest, H9UnicodeFormsAndNulAreTakenAsTheyAre) {
  const std::string composed = "Zürich am Morgen", decomposed = "Zu\xCC\x88rich am Morgen";
  Browser browser;
  EXPECT_EQ(post("/auth/api/password", Json::object({{"old", kPassword}, {"new", decomposed}}), browser, principal(ann_.id)).status, 204);
  EXPECT_EQ(try_password("ann@example.org", composed), 200);
  EXPECT_EQ(try_password("ann@example.org", composed + std::string(1, '\0') + "x"), 401);
}

// H-1
TEST_F(SignInTest, H1FromTheFifthFailureOnEachNextWaitsLonger) {
  fail_often("ann@example.org");
  Browser browser;
  const Response waiting = sign_in(browser, "ann@example.org");
  EXPECT_EQ(waiting.status, 429) << "the right password has to wait, too";
  EXPECT_EQ(header(waiting, "retry-after"), "1");
  Duration wait = std::chrono::seconds{1};
  for (int i = 0; i < 14; ++i) {
    clock_.advance(wait - std::chrono::milliseconds{1});
    ASSERT_EQ(try_password("ann@example.org", "wrong password"), 429) << i;
    clock_.advance(std::chrono::milliseconds{1});
    ASSERT_EQ(try_password("ann@example.org", "wrong password"), 401) << i;
    wait = std::min<Duration>(wait * 2, std::chrono::minutes{15});
  }
  EXPECT_EQ(wait, std::chrono::minutes{15});
  clock_.advance(wait);
  EXPECT_EQ(try_password("ann@example.org", kPassword), 200);
  EXPECT_EQ(try_password("ann@example.org", "wrong password"), 401) << "and is forgotten";
}

TEST_F(SignInTest, H1OneCounterForAllSpellingsAndDoors) {
  const char* spellings[] = {"ann@example.org", "ANN@example.org", "Ann@Example.Org", "ａnn@example.org"};
  for (const char* spelling : spellings) ASSERT_EQ(try_password(spelling, "wrong password"), 401);
  Browser browser;
  EXPECT_EQ(post("/auth/api/password", Json::object({{"old", "wrong password"}, {"new", "another good one"}}), browser, principal(ann_.id)).status, 401);
  EXPECT_EQ(try_password("ann@example.org", kPassword), 429);
  EXPECT_EQ(post("/auth/api/password", Json::object({{"old", kPassword}, {"new", "another good one"}}), browser, principal(ann_.id)).status, 429);
  EXPECT_EQ(try_password("bob@example.org", kPassword), 401) << "another account is not touched";
}

TEST_F(SignInTest, H1AnUnknownAddressIsLockedLikeAKnownOne) {
  fail_often("nobody@example.org");
  EXPECT_EQ(try_password("nobody@example.org", kPassword), 429);
}

TEST_F(SignInTest, H2TheLockSurvivesARestart) {
  fail_often("ann@example.org");
  const Registry restarted(identity_rows(), ports_);
  Browser browser;
  const Request request{.headers = own_page(), .body = Json::object({{"email", "ann@example.org"}, {"password", kPassword}}).text()};
  const Context context{.call = now(), .principal = Anonymous{}, .request_id = "r1", .client = {}, .random = random_, .logger = *logger_, .clock = &clock_};
  EXPECT_EQ(restarted.match("POST", "/auth/api/sign-in").bound->function->handle(context, request)->status, 429);
}

TEST_F(SignInTest, H3ASessionFromBeforeIsNotLockedOut) {
  Browser browser = signed_in("ann@example.org");
  fail_often("ann@example.org");
  EXPECT_NE(code(browser), "");
}

TEST_F(SignInTest, ManyFailuresOfANetworkMakeItWait) {
  Browser far, near;
  near.client = "198.51.100.7";
  for (int i = 0; i < 50; ++i) ASSERT_EQ(sign_in(far, "nobody" + std::to_string(i) + "@example.org", "wrong password").status, 401);
  EXPECT_EQ(sign_in(far, "ann@example.org").status, 429);
  EXPECT_EQ(sign_in(near, "ann@example.org").status, 200);
  clock_.advance(std::chrono::minutes{15});
  EXPECT_EQ(sign_in(far, "ann@example.org").status, 200);
}

// I-3
TEST_F(SignInTest, I3OnlyOurOwnPagesMayAsk) {
  const std::string body = Json::object({{"email", "ann@example.org"}, {"password", kPassword}}).text();
  const auto status = [&](TextMap headers) {
    Browser browser;
    return send("POST", "/auth/api/sign-in", {.headers = std::move(headers), .body = body}, browser).status;
  };
  EXPECT_EQ(status({}), 403);
  EXPECT_EQ(status({{"satchel-request", "0"}}), 403);
  EXPECT_EQ(status({{"satchel-request", "1"}, {"origin", "https://evil.example"}}), 403);
  EXPECT_EQ(status({{"satchel-request", "1"}, {"origin", "https://files.example.org.evil.example"}}), 403);
  EXPECT_EQ(status({{"satchel-request", "1"}, {"origin", "null"}}), 403);
  EXPECT_EQ(status({{"satchel-request", "1"}, {"sec-fetch-site", "same-site"}}), 403);
  EXPECT_EQ(status({{"satchel-request", "1"}, {"sec-fetch-site", "cross-site"}}), 403);
  EXPECT_EQ(status({{"satchel-request", "1"}, {"origin", "https://files.example.org"}}), 200);
  EXPECT_EQ(status({{"satchel-request", "1"}}), 200) << "a program that is no browser";
}

TEST_F(SignInTest, EveryDoorAsksForOurOwnPage) {
  for (const Bound& bound : registry_.all()) {
    const auto* route = std::get_if<Route>(&bound.row.trigger);
    if (!route || route->method == "GET" || !route->path.starts_with("/auth/api/")) continue;
    Browser browser;
    const std::string path(route->path.substr(0, route->path.find('{')));
    const Response response = send(route->method, path.ends_with('/') ? path + "x" : path, {.body = "{}"}, browser, principal(ann_.id));
    EXPECT_EQ(response.status, 403) << route->path;
    EXPECT_EQ(type(response), "foreign_page") << route->path;
  }
}

TEST_F(SignInTest, AMemberThatIsNotKnownIsRefused) {
  Browser browser;
  EXPECT_EQ(post("/auth/api/sign-in", Json::object({{"email", "ann@example.org"}, {"password", kPassword}, {"admin", true}}), browser).status, 400);
  EXPECT_EQ(post("/auth/api/sign-in", Json::object({{"email", "ann"}, {"password", kPassword}}), browser).status, 400);
}

}  // namespace
}  // namespace satchel::identity
