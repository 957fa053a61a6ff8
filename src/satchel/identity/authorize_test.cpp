// SPDX-License-Identifier: Apache-2.0
#include "satchel/identity/provider_test.hpp"

namespace satchel::identity {
namespace {

using testing::HasSubstr;
using testing::StartsWith;

class AuthorizeTest : public ProviderTest {
 protected:
  AuthorizeTest() { ann_ = add("ann@example.org"); }
  TextMap with(std::string_view name, std::string_view value) {
    TextMap query = authorization();
    query.insert_or_assign(std::string(name), std::string(value));
    return query;
  }
  TextMap without(std::string_view name) {
    TextMap query = authorization();
    query.erase(query.find(name));
    return query;
  }
  /// The error that goes back to the client.
  std::string refused(TextMap query) {
    Browser browser = signed_in("ann@example.org");
    const Response response = get("/auth/authorize", std::move(query), browser);
    EXPECT_EQ(response.status, 302);
    EXPECT_THAT(location(response), StartsWith(std::string(kCallback) + "?"));
    EXPECT_EQ(parameter(location(response), "code"), "");
    return parameter(location(response), "error");
  }

  User ann_;
};

TEST_F(AuthorizeTest, GivesACodeWithStateAndIssuer) {
  Browser browser = signed_in("ann@example.org");
  const Response response = get("/auth/authorize", authorization(), browser);
  EXPECT_EQ(response.status, 302);
  EXPECT_THAT(location(response), StartsWith(std::string(kCallback) + "?code="));
  EXPECT_EQ(parameter(location(response), "state"), "s+1/&");
  EXPECT_EQ(parameter(location(response), "iss"), "https://files.example.org/auth");
  EXPECT_THAT(location(response), HasSubstr("&state=s%2B1%2F%26"));
}

TEST_F(AuthorizeTest, LeadsToTheSignInPageAndBack) {
  Browser browser;
  const std::string there = location(get("/auth/authorize", authorization(), browser));
  ASSERT_THAT(there, StartsWith("/signin?continue=%2Fauth%2Fauthorize%3F"));
  const std::string back = parameter(there, "continue");
  ASSERT_EQ(sign_in(browser, "ann@example.org").status, 200);
  TextMap query;
  for (const auto& [name, value] : authorization()) query.emplace(name, parameter(back, name));
  EXPECT_EQ(query, authorization());
  EXPECT_NE(code(browser, query), "");
}

// E-1: another place never gets an answer, not even an error.
TEST_F(AuthorizeTest, E1AnotherRedirectIsRefusedWithoutARedirect) {
  Browser browser = signed_in("ann@example.org");
  for (const std::string_view uri : {"https://files.example.org/callback/", "https://files.example.org/callback?x=1", "https://files.example.org/callback#f",
                                     "https://files.example.org/Callback", "https://files.example.org//callback", "https://files.example.org/./callback",
                                     "https://files.example.org/callback/../x", "https://files.example.org:443/callback", "https://FILES.example.org/callback",
                                     "http://files.example.org/callback", "https://files.example.org.evil.example/callback",
                                     "https://files.example.org@evil.example/callback", "https://evil.example\\@files.example.org/callback",
                                     "https://evil.example/callback", "https://files.example.org/callback%2f", "https://files.example.org/callbac%6b",
                                     "https://xfiles.example.org/callback", "//files.example.org/callback", "/callback", "", "javascript:alert(1)",
                                     "https://files.example.org/callback ", "https://a@b@files.example.org/callback", "http://127.0.0.1:1/callback"}) {
    const Response response = get("/auth/authorize", authorization(kWebClient, uri), browser);
    EXPECT_EQ(response.status, 400) << uri;
    EXPECT_EQ(location(response), "") << uri;
  }
  EXPECT_EQ(get("/auth/authorize", authorization("somebody", kCallback), browser).status, 400);
  EXPECT_EQ(get("/auth/authorize", {}, browser).status, 400);
}

TEST_F(AuthorizeTest, E1OnlyThePortOfALoopbackAddressVaries) {
  Browser browser = signed_in("ann@example.org");
  for (const std::string_view uri : {"http://127.0.0.1:1/callback", "http://127.0.0.1:65535/callback", "http://[::1]:8421/callback"}) {
    EXPECT_EQ(get("/auth/authorize", authorization(kCliClient, uri), browser).status, 302) << uri;
  }
  for (const std::string_view uri : {"http://localhost:1/callback", "http://127.0.0.1/callback", "http://127.0.0.1:/callback", "http://127.0.0.1:0/callback",
                                     "http://127.0.0.1:65536/callback", "http://127.0.0.1:080/callback", "http://127.0.0.1:1/callback/", "http://127.0.0.1:1/x/callback",
                                     "http://127.0.0.1:1@evil.example/callback", "http://127.0.0.1:1?/callback", "http://127.0.0.2:1/callback", "https://127.0.0.1:1/callback",
                                     "http://[::1]:1#/callback", "http://[::ffff:127.0.0.1]:1/callback", "http://127.1:1/callback", "http://[::1]/callback",
                                     "https://files.example.org/callback"}) {
    EXPECT_EQ(get("/auth/authorize", authorization(kCliClient, uri), browser).status, 400) << uri;
  }
}

TEST_F(AuthorizeTest, E3OnlyS256IsTaken) {
  EXPECT_EQ(refused(without("code_challenge")), "invalid_request");
  EXPECT_EQ(refused(without("code_challenge_method")), "invalid_request");
  EXPECT_EQ(refused(with("code_challenge_method", "plain")), "invalid_request");
  EXPECT_EQ(refused(with("code_challenge", "short")), "invalid_request");
  EXPECT_EQ(refused(with("code_challenge", std::string(43, '='))), "invalid_request");
}

TEST_F(AuthorizeTest, E11WhatIsNotSupportedIsSaidSo) {
  EXPECT_EQ(refused(with("response_type", "token")), "unsupported_response_type");
  EXPECT_EQ(refused(with("response_type", "code id_token")), "unsupported_response_type");
  EXPECT_EQ(refused(with("response_mode", "fragment")), "invalid_request");
  EXPECT_EQ(refused(with("request", "e30.e30.")), "request_not_supported");
  EXPECT_EQ(refused(with("request_uri", "https://evil.example/")), "request_uri_not_supported");
  EXPECT_EQ(refused(with("scope", "profile")), "invalid_scope");
  EXPECT_EQ(refused(with("prompt", "none login")), "invalid_request");
  EXPECT_EQ(refused(with("state", std::string(1025, 's'))), "invalid_request");
}

TEST_F(AuthorizeTest, PromptNoneNeverShowsAPage) {
  Browser nobody;
  const std::string there = location(get("/auth/authorize", with("prompt", "none"), nobody));
  EXPECT_THAT(there, StartsWith(std::string(kCallback) + "?"));
  EXPECT_EQ(parameter(there, "error"), "login_required");
  EXPECT_EQ(parameter(there, "state"), "s+1/&");
  Browser browser = signed_in("ann@example.org");
  EXPECT_NE(code(browser, with("prompt", "none")), "");
}

/// The request that the sign-in page comes back with.
TextMap come_back(const std::string& there, const TextMap& query, auto parameter) {
  TextMap back = query;
  back.insert_or_assign("fresh", parameter(parameter(there, "continue"), "fresh"));
  return back;
}

TEST_F(AuthorizeTest, E5PromptLoginWantsAFreshProof) {
  for (const TextMap& query : {with("prompt", "login"), with("max_age", "0"), with("prompt", "select_account")}) {
    Browser browser = signed_in("ann@example.org");
    clock_.advance(std::chrono::seconds{1});
    const std::string there = location(get("/auth/authorize", query, browser));
    ASSERT_THAT(there, StartsWith("/signin?"));
    const TextMap back = come_back(there, query, [](const std::string& from, std::string_view name) { return parameter(from, name); });
    EXPECT_EQ(code(browser, back), "") << "coming back without signing in";
    clock_.advance(std::chrono::seconds{1});
    ASSERT_EQ(sign_in(browser, "ann@example.org").status, 200);
    EXPECT_NE(code(browser, back), "");
    EXPECT_EQ(code(browser, query), "") << "without the mark it is asked for again";
  }
}

// RFC 8252 section 8.6: any program of the machine may listen on a port and call itself the command line.
TEST_F(AuthorizeTest, GivesTheCommandLineNoCodeUnlessThePersonSignsInForIt) {
  const TextMap query = authorization(kCliClient, "http://127.0.0.1:45555/callback");
  Browser browser = signed_in("ann@example.org");
  clock_.advance(std::chrono::seconds{1});
  const std::string there = location(get("/auth/authorize", query, browser));
  ASSERT_THAT(there, StartsWith("/signin?"));
  const TextMap back = come_back(there, query, [](const std::string& from, std::string_view name) { return parameter(from, name); });
  EXPECT_THAT(location(get("/auth/authorize", back, browser)), StartsWith("/signin?"));
  clock_.advance(std::chrono::seconds{1});
  ASSERT_EQ(sign_in(browser, "ann@example.org").status, 200);
  EXPECT_THAT(location(get("/auth/authorize", back, browser)), StartsWith("http://127.0.0.1:45555/callback?"));
}

TEST_F(AuthorizeTest, E5TheMarkOfAFreshProofCannotBeMadeUpOrCarriedOver) {
  Browser browser = signed_in("ann@example.org");
  for (const std::string_view mark : {"0.", "0", "x.y", "1.AAAA", ""}) {
    TextMap query = with("prompt", "login");
    query.insert_or_assign("fresh", std::string(mark));
    EXPECT_EQ(code(browser, query), "") << mark;
  }
  // One that was written for another request, before the person signed in.
  Browser nobody;
  const std::string there = location(get("/auth/authorize", with("nonce", "other"), nobody));
  TextMap query = with("prompt", "login");
  query.insert_or_assign("fresh", parameter(parameter(there, "continue"), "fresh"));
  clock_.advance(std::chrono::seconds{1});
  ASSERT_EQ(sign_in(browser, "ann@example.org").status, 200);
  EXPECT_EQ(code(browser, query), "");
}

TEST_F(AuthorizeTest, E5MaxAgeCountsFromTheSignIn) {
  Browser browser = signed_in("ann@example.org");
  clock_.advance(std::chrono::minutes{10});
  EXPECT_NE(code(browser, with("max_age", "600")), "");
  EXPECT_EQ(code(browser, with("max_age", "599")), "");
  EXPECT_EQ(code(browser, with("max_age", "soon")), "");
}

TEST_F(AuthorizeTest, ASessionLastsAnHourUnusedAndADayInAll) {
  Browser browser = signed_in("ann@example.org");
  clock_.advance(std::chrono::minutes{59});
  EXPECT_NE(code(browser), "");
  clock_.advance(std::chrono::minutes{59});
  EXPECT_NE(code(browser), "") << "each use is a new hour";
  clock_.advance(std::chrono::minutes{60});
  EXPECT_EQ(code(browser), "");

  browser = signed_in("ann@example.org");
  for (int i = 0; i < 47; ++i) {
    clock_.advance(std::chrono::minutes{30});
    ASSERT_NE(code(browser), "") << i;
  }
  clock_.advance(std::chrono::minutes{30});
  EXPECT_EQ(code(browser), "");
}

TEST_F(AuthorizeTest, E12AnAccountThatWasEndedGetsNoCode) {
  Browser browser = signed_in("ann@example.org");
  ASSERT_TRUE(directory_.set_disabled(now(), ann_.id, true));
  EXPECT_EQ(code(browser), "");
  ASSERT_TRUE(directory_.set_disabled(now(), ann_.id, false));
  EXPECT_EQ(code(browser), "") << "a session from before stays void";
}

}  // namespace
}  // namespace satchel::identity
