// SPDX-License-Identifier: Apache-2.0
#include "satchel/identity/provider_test.hpp"

namespace satchel::identity {
namespace {

class TokenTest : public ProviderTest {
 protected:
  TokenTest() { ann_ = add("ann@example.org"); }
  /// Whether the family of this token still gives tokens, asked without spending it: by its rotation.
  std::string next(const std::string& token) { return text(refresh(token), "refresh_token"); }

  User ann_;
};

TEST_F(TokenTest, ACodeGivesTokensThatSayWhoAndForHowLong) {
  Browser browser = signed_in("ann@example.org");
  const Time signed_in_at = clock_.now();
  clock_.advance(std::chrono::minutes{2});
  const Response response = redeem(code(browser));
  ASSERT_EQ(response.status, 200) << response.body;
  EXPECT_EQ(header(response, "cache-control"), "no-store");
  const auto access = read_access_token(text(response, "access_token"));
  ASSERT_TRUE(access) << access.error().detail;
  EXPECT_EQ((*access)->subject, ann_.id.str());
  EXPECT_EQ((*access)->text("client_id"), kWebClient);
  EXPECT_EQ((*access)->text("scope"), "openid profile email");
  EXPECT_EQ((*access)->number("epoch"), 0);
  EXPECT_EQ((*access)->expires - (*access)->issued, std::chrono::minutes{5});
  EXPECT_EQ((*access)->number("auth_time"), std::chrono::floor<std::chrono::seconds>(signed_in_at).time_since_epoch().count());
  const auto id = verify_token(now(), text(response, "id_token"), keys_, {.issuer = "https://files.example.org/auth", .audience = kWebClient, .type = "JWT"});
  ASSERT_TRUE(id) << id.error().detail;
  EXPECT_EQ((*id)->text("nonce"), "n1");
  EXPECT_EQ((*id)->text("email"), "ann@example.org");
}

TEST_F(TokenTest, D5AnIdTokenIsNoAccessToken) {
  Browser browser = signed_in("ann@example.org");
  const Response response = redeem(code(browser));
  EXPECT_FALSE(read_access_token(text(response, "id_token")));
  EXPECT_FALSE(read_access_token(text(response, "refresh_token")));
  EXPECT_FALSE(verify_token(now(), text(response, "access_token"), keys_, {.issuer = "https://files.example.org/auth", .audience = kWebClient, .type = "JWT"}));
}

// E-2: each binding broken alone.
TEST_F(TokenTest, E2ACodeIsBoundToClientRedirectAndVerifier) {
  Browser browser = signed_in("ann@example.org");
  const std::pair<std::string, std::string> kBroken[] = {
      {"client_id", std::string(kCliClient)}, {"redirect_uri", "https://files.example.org/callback/"}, {"redirect_uri", ""},
      {"code_verifier", std::string(43, 'a')}, {"code_verifier", to_base64url(sha256(kVerifier))}, {"code_verifier", ""}, {"code", std::string(43, 'a')}, {"code", ""}};
  for (const auto& [name, value] : kBroken) {
    TextMap form = redemption(code(browser));
    form.insert_or_assign(name, value);
    EXPECT_EQ(error(post_form("/auth/token", form)), "invalid_grant") << name << "=" << value;
    form = redemption(code(browser));
    form.erase(name);
    const std::string missing = error(post_form("/auth/token", form));
    EXPECT_EQ(missing, name == "client_id" ? "invalid_client" : "invalid_grant") << name;
  }
}

TEST_F(TokenTest, E2ACodeLastsAMinute) {
  Browser browser = signed_in("ann@example.org");
  std::string one = code(browser), other = code(browser);
  clock_.advance(std::chrono::milliseconds{59'999});
  EXPECT_EQ(redeem(one).status, 200);
  clock_.advance(std::chrono::milliseconds{1});
  EXPECT_EQ(error(redeem(other)), "invalid_grant");
}

TEST_F(TokenTest, E2ACodeShownTwiceEndsWhatItGave) {
  Browser browser = signed_in("ann@example.org");
  const std::string spent = code(browser);
  const std::string token = text(redeem(spent), "refresh_token");
  ASSERT_NE(token, "");
  EXPECT_EQ(error(redeem(spent)), "invalid_grant");
  EXPECT_EQ(error(refresh(token)), "invalid_grant");
  EXPECT_NE(code(browser), "") << "the person stays signed in";
}

TEST_F(TokenTest, E4ARefreshTokenIsReplacedAtEachUse) {
  Browser browser = signed_in("ann@example.org");
  const std::string first = refresh_token(browser);
  clock_.advance(std::chrono::minutes{5});
  const std::string second = next(first);
  clock_.advance(std::chrono::minutes{5});
  const std::string third = next(second);
  EXPECT_NE(first, second);
  EXPECT_NE(second, third);
  EXPECT_NE(third, "");
}

TEST_F(TokenTest, E4ALostAnswerMayBeAskedForAgainForTenSeconds) {
  Browser browser = signed_in("ann@example.org");
  const std::string first = refresh_token(browser);
  const std::string second = next(first);
  clock_.advance(std::chrono::milliseconds{9'999});
  EXPECT_EQ(next(first), second) << "the same token again, not another";
  EXPECT_NE(next(second), "");
}

TEST_F(TokenTest, E4ATokenShownAgainLaterEndsTheFamily) {
  Browser browser = signed_in("ann@example.org");
  const std::string first = refresh_token(browser), others = refresh_token(browser);
  const std::string second = next(first);
  clock_.advance(std::chrono::seconds{10});
  EXPECT_EQ(error(refresh(first)), "invalid_grant");
  EXPECT_EQ(error(refresh(second)), "invalid_grant") << "the good one is void, too";
  EXPECT_NE(next(others), "") << "another sign-in is not touched";
}

TEST_F(TokenTest, E4TwoTokensBackEndsTheFamilyAtOnce) {
  Browser browser = signed_in("ann@example.org");
  const std::string first = refresh_token(browser);
  const std::string third = next(next(first));
  ASSERT_NE(third, "");
  EXPECT_EQ(error(refresh(first)), "invalid_grant");
  EXPECT_EQ(error(refresh(third)), "invalid_grant");
}

TEST_F(TokenTest, E4AMadeUpTokenIsRefusedAndEndsNothing) {
  Browser browser = signed_in("ann@example.org");
  const std::string good = refresh_token(browser);
  const std::string family = good.substr(0, good.find('.'));
  std::string altered = good;
  altered.back() = altered.back() == 'A' ? 'B' : 'A';
  for (const std::string& token : {altered, family + ".0.", family + ".1." + std::string(43, 'A'), family, std::string(), std::string("a.b.c"), good + "x",
                                   family + ".-1." + good.substr(good.rfind('.') + 1), std::string(5000, 'a')}) {
    EXPECT_EQ(error(refresh(token)), "invalid_grant") << token;
  }
  EXPECT_NE(next(good), "");
}

TEST_F(TokenTest, E4AnotherClientCannotUseIt) {
  Browser browser = signed_in("ann@example.org");
  const std::string token = refresh_token(browser);
  EXPECT_EQ(error(post_form("/auth/token", {{"grant_type", "refresh_token"}, {"client_id", std::string(kCliClient)}, {"refresh_token", token}})), "invalid_grant");
  EXPECT_NE(next(token), "");
}

TEST_F(TokenTest, E4ARefreshTokenEndsEightHoursUnusedAndAfterAMonth) {
  Browser browser = signed_in("ann@example.org");
  std::string token = refresh_token(browser);
  clock_.advance(std::chrono::hours{8} - std::chrono::milliseconds{1});
  token = next(token);
  ASSERT_NE(token, "");
  clock_.advance(std::chrono::hours{8});
  EXPECT_EQ(error(refresh(token)), "invalid_grant");

  browser = signed_in("ann@example.org");
  token = refresh_token(browser);
  for (int i = 1; i < 30 * 24 / 6; ++i) {
    clock_.advance(std::chrono::hours{6});
    token = next(token);
    ASSERT_NE(token, "") << i;
  }
  clock_.advance(std::chrono::hours{6});
  EXPECT_EQ(error(refresh(token)), "invalid_grant");
}

// E-12: what ends an account, by each way that gives tokens.
TEST_F(TokenTest, E12AnEndedAccountGetsNoTokens) {
  struct Ending {
    std::string name;
    std::function<void()> end;
  };
  const Ending endings[] = {
      {"disabled", [&] { (void)directory_.set_disabled(now(), ann_.id, true); }},
      {"signed out everywhere",
       [&] {
         Browser none;
         (void)post("/auth/api/sessions/end-all", Json::object(), none, principal(ann_.id));
       }},
      {"password changed",
       [&] {
         Browser none;
         (void)post("/auth/api/password", Json::object({{"old", kPassword}, {"new", kPassword}}), none, principal(ann_.id));
       }}};
  add("bob@example.org", Role::admin);
  for (const auto& [name, end] : endings) {
    ASSERT_TRUE(directory_.set_disabled(now(), ann_.id, false));
    Browser browser = signed_in("ann@example.org");
    const std::string held = code(browser), token = refresh_token(browser);
    ASSERT_NE(token, "") << name;
    end();
    EXPECT_EQ(error(redeem(held)), "invalid_grant") << name;
    EXPECT_EQ(error(refresh(token)), "invalid_grant") << name;
    EXPECT_EQ(code(browser), "") << name;
  }
}

TEST_F(TokenTest, SigningOutEndsWhatTheSessionGave) {
  Browser browser = signed_in("ann@example.org"), other = signed_in("ann@example.org");
  const std::string held = code(browser), token = refresh_token(browser), others = refresh_token(other);
  const Browser stolen = browser;
  EXPECT_EQ(post("/auth/api/sign-out", Json::object(), browser).status, 204);
  EXPECT_TRUE(browser.cookies.empty());
  Browser replay = stolen;
  EXPECT_EQ(code(replay), "") << "I-2: dead on the server, not only in the browser";
  EXPECT_EQ(error(redeem(held)), "invalid_grant");
  EXPECT_EQ(error(refresh(token)), "invalid_grant");
  EXPECT_NE(next(others), "");
}

TEST_F(TokenTest, ATokenWithoutItsSessionIsVoid) {
  Browser browser = signed_in("ann@example.org");
  const std::string token = refresh_token(browser);
  const auto session = read_access_token(text(redeem(code(browser)), "access_token")).value()->text("sid");
  ASSERT_TRUE(table_->write(now(), {Delete{keys::session(session), Condition::exists()}}));
  EXPECT_EQ(error(refresh(token)), "invalid_grant");
}

TEST_F(TokenTest, RevocationEndsTheFamily) {
  Browser browser = signed_in("ann@example.org");
  const std::string token = refresh_token(browser);
  EXPECT_EQ(post_form("/auth/revoke", {{"token", token}, {"client_id", std::string(kWebClient)}}).status, 200);
  EXPECT_EQ(error(refresh(token)), "invalid_grant");
  EXPECT_EQ(post_form("/auth/revoke", {{"token", "unknown"}}).status, 200);
  EXPECT_EQ(post_form("/auth/revoke", {}).status, 400);
}

TEST_F(TokenTest, ScopesCanOnlyShrink) {
  Browser browser = signed_in("ann@example.org");
  TextMap query = authorization();
  query.insert_or_assign("scope", "openid email files:admin");
  TextMap form{{"grant_type", "refresh_token"}, {"client_id", std::string(kWebClient)}, {"refresh_token", text(redeem(code(browser, query)), "refresh_token")}};
  form.insert_or_assign("scope", "openid profile");
  EXPECT_EQ(error(post_form("/auth/token", form)), "invalid_scope");
  form.insert_or_assign("scope", "email");
  EXPECT_EQ(text(post_form("/auth/token", form), "scope"), "email");
}

TEST_F(TokenTest, AFormThatIsNotOneIsRefused) {
  Browser none;
  EXPECT_EQ(error(send("POST", "/auth/token", {.headers = {{"content-type", "application/json"}}, .body = "{}"}, none)), "invalid_request");
  const TextMap form{{"content-type", "application/x-www-form-urlencoded; charset=UTF-8"}};
  EXPECT_EQ(error(send("POST", "/auth/token", {.headers = form, .body = "grant_type=a&grant_type=b"}, none)), "invalid_request");
  EXPECT_EQ(error(send("POST", "/auth/token", {.headers = form, .body = "client_id=satchel-web&grant_type=password"}, none)), "unsupported_grant_type");
  EXPECT_EQ(error(send("POST", "/auth/token", {.headers = form, .body = "client_id=%ff"}, none)), "invalid_request");
  EXPECT_EQ(error(post_form("/auth/token", {{"grant_type", "authorization_code"}})), "invalid_client");
}

TEST_F(TokenTest, UserinfoSaysWhoItIs) {
  Browser none;
  const Response response = send("GET", "/auth/userinfo", {}, none, principal(ann_.id));
  EXPECT_EQ(text(response, "sub"), ann_.id.str());
  EXPECT_EQ(text(response, "email"), "ann@example.org");
}

class LogoutTest : public TokenTest {};

TEST_F(LogoutTest, AHintOfTheSessionEndsIt) {
  Browser browser = signed_in("ann@example.org");
  const Response tokens = redeem(code(browser));
  clock_.advance(std::chrono::minutes{30});  // an expired hint still says whose it was
  const Response response = get("/auth/logout", {{"id_token_hint", text(tokens, "id_token")}, {"post_logout_redirect_uri", std::string(kUrl) + "/"}, {"state", "x y"}}, browser);
  EXPECT_EQ(response.status, 302);
  EXPECT_EQ(location(response), "https://files.example.org/?state=x%20y");
  EXPECT_TRUE(browser.cookies.empty());
  EXPECT_EQ(error(refresh(text(tokens, "refresh_token"))), "invalid_grant");
}

TEST_F(LogoutTest, ALinkOnAnotherSiteSignsNobodyOut) {
  Browser browser = signed_in("ann@example.org");
  EXPECT_EQ(location(get("/auth/logout", {}, browser, {{"sec-fetch-site", "cross-site"}})), "/");
  EXPECT_EQ(get("/auth/logout", {{"id_token_hint", "a.b.c"}}, browser).status, 302);
  EXPECT_NE(code(browser), "");
  EXPECT_EQ(get("/auth/logout", {}, browser, {{"sec-fetch-site", "same-origin"}}).status, 302);
  EXPECT_EQ(code(browser), "");
}

TEST_F(LogoutTest, ItLeadsNowhereElse) {
  Browser browser = signed_in("ann@example.org");
  for (const std::string_view uri : {"https://evil.example/", "https://files.example.org/other", "//evil.example", "https://files.example.org@evil.example/"}) {
    EXPECT_EQ(location(get("/auth/logout", {{"client_id", std::string(kWebClient)}, {"post_logout_redirect_uri", std::string(uri)}}, browser)), "/") << uri;
  }
}

TEST_F(TokenTest, DiscoveryNamesTheEndpointsOfTheIssuer) {
  Browser none;
  const Response response = get("/auth/.well-known/openid-configuration", {}, none);
  EXPECT_EQ(text(response, "issuer"), "https://files.example.org/auth");
  EXPECT_EQ(text(response, "token_endpoint"), "https://files.example.org/auth/token");
  const auto keys = Json::parse(get("/auth/jwks.json", {}, none).body).value();
  EXPECT_EQ(keys.find("keys")->as<Json::Array>()->size(), 1u);
  EXPECT_EQ(get("/auth/jwks.json", {}, none).body.find("\"d\""), std::string::npos) << "the private part stays here";
}

}  // namespace
}  // namespace satchel::identity
