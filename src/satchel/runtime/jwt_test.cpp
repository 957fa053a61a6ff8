// SPDX-License-Identifier: Apache-2.0
// The holes of security class D, each tried.
#include "satchel/runtime/jwt.hpp"

#include <gtest/gtest.h>

#include <map>

#include "satchel/base/crypto.hpp"
#include "satchel/base/encoding.hpp"

namespace satchel {
namespace {

class Keys final : public KeySource {
 public:
  Result<std::optional<RsaPublicKey>> find(const Call&, std::string_view kid) const override {
    if (unavailable) return fail(ErrorCode::unavailable, "The keys cannot be read.");
    const auto found = known.find(kid);
    return found == known.end() ? std::nullopt : std::optional(found->second);
  }
  std::map<std::string, RsaPublicKey, std::less<>> known;
  bool unavailable = false;
};

class Jwt : public testing::Test {
 protected:
  static const RsaPrivateKey& key() {
    static const RsaPrivateKey one = RsaPrivateKey::generate();
    return one;
  }
  void SetUp() override { keys_.known.emplace("k1", key().public_key()); }

  static Json claims() {
    return Json::object({{"iss", "https://a/auth"}, {"aud", "satchel"}, {"sub", "u1"}, {"iat", std::int64_t{kNow}},
                         {"exp", std::int64_t{kNow + 300}}, {"epoch", 4}});
  }
  static Json with(std::string_view name, Json value) {
    Json::Object members;
    const Json all = claims();
    for (const auto& [known, old] : *all.as<Json::Object>()) {
      if (known != name) members.emplace_back(known, old);
    }
    members.emplace_back(name, std::move(value));
    return members;
  }
  static Json without(std::string_view name) {
    Json::Object members;
    const Json all = claims();
    for (const auto& [known, old] : *all.as<Json::Object>()) {
      if (known != name) members.emplace_back(known, old);
    }
    return members;
  }
  static std::string good() { return sign_token(key(), "k1", "at+jwt", claims()); }
  static std::string token(std::string_view header, std::string_view payload) {
    const std::string text = to_base64url(header) + "." + to_base64url(payload);
    return text + "." + to_base64url(key().sign(text));
  }
  Result<Verified<Claims>> check(std::string_view text) { return verify_token(call_, text, keys_, expected_); }
  /// The reason in the log; empty where the token was taken.
  std::string reason(std::string_view text) {
    const auto result = check(text);
    if (result) return {};
    EXPECT_EQ(result.error().code, ErrorCode::unauthenticated);
    EXPECT_EQ(result.error().type, "invalid_token");
    return result.error().detail;
  }
  std::string reason_of(const Json& payload) { return reason(sign_token(key(), "k1", "at+jwt", payload)); }

  static constexpr std::int64_t kNow = 1'795'521'600;
  Keys keys_;
  Call call_{.now = Time(std::chrono::seconds{kNow}), .deadline = Time(std::chrono::seconds{kNow + 10})};
  TokenExpectations expected_{.issuer = "https://a/auth", .audience = "satchel"};
};

TEST_F(Jwt, AGoodTokenGivesItsClaims) {
  const auto verified = check(good());
  ASSERT_TRUE(verified) << verified.error().detail;
  EXPECT_EQ((*verified)->subject, "u1");
  EXPECT_EQ((*verified)->number("epoch"), 4);
  EXPECT_EQ((*verified)->expires, Time(std::chrono::seconds{kNow + 300}));
}

TEST_F(Jwt, D1NoOtherAlgorithmIsTaken) {
  for (const std::string_view alg : {R"("none")", R"("None")", R"("rs256")", R"("RS512")", R"("PS256")", R"("")", "null", R"(["RS256"])"}) {
    const std::string header = R"({"typ":"at+jwt","kid":"k1","alg":)" + std::string(alg) + "}";
    EXPECT_EQ(reason(token(header, claims().text())), "alg is not RS256") << alg;
  }
  EXPECT_EQ(reason(token(R"({"typ":"at+jwt","kid":"k1"})", claims().text())), "alg is not RS256");
  const std::string none = to_base64url(R"({"typ":"at+jwt","kid":"k1","alg":"none"})") + "." + to_base64url(claims().text()) + ".";
  EXPECT_EQ(reason(none), "alg is not RS256");
}

TEST_F(Jwt, D2ThePublicKeyIsNoSharedSecret) {
  const RsaNumbers numbers = key().public_key().numbers();
  for (const std::string& secret : {numbers.n, to_base64url(numbers.n), to_jwk(key().public_key(), "k1").text()}) {
    const std::string text = to_base64url(R"({"alg":"HS256","typ":"at+jwt","kid":"k1"})") + "." + to_base64url(claims().text());
    EXPECT_EQ(reason(text + "." + to_base64url(hmac_sha256(secret, text))), "alg is not RS256");
  }
}

TEST_F(Jwt, D4ATokenBringsNoKeyAlong) {
  for (const std::string_view name : {"jku", "jwk", "x5u", "x5c", "crit", "b64", "zip", "enc"}) {
    const std::string header = R"({"alg":"RS256","typ":"at+jwt","kid":"k1",")" + std::string(name) + R"(":"https://evil.example/"})";
    EXPECT_EQ(reason(token(header, claims().text())), "a header that is not taken: " + std::string(name));
  }
}

TEST_F(Jwt, D5AnotherTypeOfTokenIsNotTaken) {
  for (const std::string_view type : {"JWT", "AT+JWT", "application/at+jwt", "logout+jwt", ""}) {
    EXPECT_EQ(reason(sign_token(key(), "k1", type, claims())), "another type of token") << type;
  }
  EXPECT_EQ(reason(token(R"({"alg":"RS256","kid":"k1"})", claims().text())), "another type of token");
}

TEST_F(Jwt, D6EveryClaimMustBeThereAndRight) {
  for (const std::string_view name : {"iss", "aud", "sub", "iat", "exp"}) EXPECT_NE(reason_of(without(name)), "") << name;
  EXPECT_EQ(reason_of(with("iss", "https://a/auth/")), "another issuer");
  EXPECT_EQ(reason_of(with("iss", Json(Json::Array{"https://a/auth"}))), "another issuer");
  EXPECT_EQ(reason_of(with("aud", "satchel-web")), "for another audience");
  EXPECT_EQ(reason_of(with("aud", Json(Json::Array{"x", "y"}))), "for another audience");
  EXPECT_EQ(reason_of(with("aud", Json(Json::Array{"satchel", 1}))), "for another audience");
  EXPECT_EQ(reason_of(with("aud", Json(Json::Array{}))), "for another audience");
  EXPECT_EQ(reason_of(with("aud", Json(Json::Array{"other", "satchel"}))), "");
  EXPECT_EQ(reason_of(with("sub", "")), "no subject");
  EXPECT_EQ(reason_of(with("exp", "9999999999")), "no time in exp");
  EXPECT_EQ(reason_of(with("exp", std::int64_t{-1})), "no time in exp");
  EXPECT_EQ(reason_of(with("exp", std::int64_t{9'223'372'036'854'775'807})), "no time in exp");
}

TEST_F(Jwt, D6TimesAreJudgedWithALeewayOfAMinute) {
  EXPECT_EQ(reason_of(with("exp", std::int64_t{kNow - 59})), "");
  EXPECT_EQ(reason_of(with("exp", std::int64_t{kNow - 60})), "expired");
  EXPECT_EQ(reason_of(with("iat", std::int64_t{kNow + 60})), "");
  EXPECT_EQ(reason_of(with("iat", std::int64_t{kNow + 61})), "issued in the future");
  EXPECT_EQ(reason_of(with("nbf", std::int64_t{kNow + 60})), "");
  EXPECT_EQ(reason_of(with("nbf", std::int64_t{kNow + 61})), "not valid yet");
  EXPECT_EQ(reason_of(with("nbf", "soon")), "no time in nbf");
}

TEST_F(Jwt, D7AMemberTwiceAHugeNumberOrAHugeTokenIsRefused) {
  EXPECT_NE(reason(token(R"({"alg":"RS256","typ":"at+jwt","kid":"k1","kid":"k2"})", claims().text())), "");
  std::string twice = claims().text();
  twice.insert(1, R"("sub":"admin",)");
  EXPECT_NE(reason(token(R"({"alg":"RS256","typ":"at+jwt","kid":"k1"})", twice)), "");
  std::string huge = claims().text();
  huge.insert(1, R"("x":1e400,)");
  EXPECT_NE(reason(token(R"({"alg":"RS256","typ":"at+jwt","kid":"k1"})", huge)), "");
  EXPECT_NE(reason(token(R"({"alg":"RS256","typ":"at+jwt","kid":"k1","x":)" + std::string(500, '[') + std::string(500, ']') + "}", "{}")), "");
  EXPECT_EQ(reason(good() + std::string(8192, 'A')), "longer than 8 KiB");
  EXPECT_EQ(reason_of(with("x", std::string(9000, 'x'))), "longer than 8 KiB");
}

TEST_F(Jwt, D8FiveParts) { EXPECT_EQ(reason(good() + ".a.b"), "not three parts"); }

TEST_F(Jwt, D11OnlyAKnownKeyCounts) {
  EXPECT_EQ(reason(sign_token(key(), "k2", "at+jwt", claims())), "unknown kid");
  EXPECT_EQ(reason(sign_token(key(), "", "at+jwt", claims())), "no kid");
  EXPECT_EQ(reason(sign_token(key(), std::string(129, 'k'), "at+jwt", claims())), "no kid");
  EXPECT_EQ(reason(sign_token(RsaPrivateKey::generate(), "k1", "at+jwt", claims())), "the signature does not fit");
  keys_.unavailable = true;
  EXPECT_EQ(check(good()).error().code, ErrorCode::unavailable);
}

TEST_F(Jwt, EveryAlteredByteIsNoticed) {
  const std::string whole = good();
  for (std::size_t i = 0; i < whole.size(); ++i) {
    std::string altered = whole;
    altered[i] = altered[i] == 'A' ? 'B' : 'A';
    EXPECT_NE(reason(altered), "") << i;
  }
  for (const std::string_view text : {"", ".", "..", "...", "a.b.c", "e30.e30.e30"}) EXPECT_NE(reason(std::string(text)), "");
  EXPECT_NE(reason(good() + "="), "");
}

TEST_F(Jwt, AnExpectationThatIsEmptyTakesNothing) {
  expected_.issuer = "";
  EXPECT_NE(reason_of(with("iss", "")), "");
}

TEST_F(Jwt, TheHintAtSignOutMayBeExpired) {
  expected_.may_be_expired = true;
  EXPECT_EQ(reason_of(with("exp", std::int64_t{kNow - 86'400})), "");
}

// How Keycloak, Cognito, Authentik and oidc-provider write an access token, and what of theirs is none.
TEST_F(Jwt, OfAnOutsideIssuerOnlyAccessTokensAreTaken) {
  const std::vector<std::string> clients{"page", "cli"};
  expected_.outside = true;
  expected_.clients = clients;
  struct Case {
    const char* what;
    const char* type;  // of the header
    const char* payload;
    bool taken;
  };
  const Case cases[] = {
      {"oidc-provider", R"("typ":"at+jwt",)", R"("aud":"satchel","client_id":"page")", true},
      {"RFC 9068 written out", R"("typ":"application/at+jwt",)", R"("aud":["other","satchel"])", true},
      {"Keycloak", R"("typ":"JWT",)", R"("aud":["account","satchel"],"typ":"Bearer","azp":"page","odd":0.5)", true},
      {"Cognito", "", R"("token_use":"access","client_id":"page","scope":"openid")", true},
      {"Authentik", R"("typ":"JWT",)", R"("aud":"satchel","scope":"openid email","nonce":"n")", true},
      {"an ID token for the audience", R"("typ":"JWT",)", R"("aud":"satchel","nonce":"n")", false},
      {"an ID token with a hash", R"("typ":"JWT",)", R"("aud":"satchel","at_hash":"x","scope":"openid")", false},
      {"Keycloak's ID token", R"("typ":"JWT",)", R"("aud":"satchel","typ":"ID","scope":"openid")", false},
      {"Keycloak's refresh token", R"("typ":"JWT",)", R"("aud":"satchel","typ":"Refresh","scope":"openid")", false},
      {"Cognito's ID token", "", R"("aud":"page","token_use":"id")", false},
      {"a logout token", R"("typ":"logout+jwt",)", R"("aud":"satchel","events":{})", false},
      {"a logout token of type JWT", R"("typ":"JWT",)", R"("aud":"satchel","events":{},"scope":"x")", false},
      {"Cognito, another client", "", R"("token_use":"access","client_id":"stranger","scope":"openid")", false},
      {"Cognito, no client", "", R"("token_use":"access","scope":"openid")", false},
      {"Keycloak, another audience", R"("typ":"JWT",)", R"("aud":"account","typ":"Bearer","client_id":"page")", false},
  };
  for (const Case& one : cases) {
    const std::string header = std::string(R"({"alg":"RS256",)") + one.type + R"("kid":"k1"})";
    const std::string payload = std::string(R"({"iss":"https://a/auth","sub":"u1","iat":1795521600,"exp":1795521900,)") + one.payload + "}";
    const std::string why = reason(token(header, payload));
    EXPECT_EQ(why.empty(), one.taken) << one.what << ": " << why;
  }
  // None of this opens a door beside it: our own tokens keep their type.
  expected_.outside = false;
  EXPECT_EQ(reason(token(R"({"alg":"RS256","typ":"JWT","kid":"k1"})", R"({"iss":"https://a/auth","sub":"u1","iat":1795521600,"exp":1795521900,"aud":"satchel","scope":"x"})")), "another type of token");
}

TEST_F(Jwt, ClaimsAreReadAsIssuersWriteThem) {
  const auto verified = check(sign_token(key(), "k1", "at+jwt", with("groups", Json::Array{"staff", 1, "satchel"})));
  ASSERT_TRUE(verified);
  EXPECT_TRUE((*verified)->has("groups", "satchel"));
  EXPECT_FALSE((*verified)->has("groups", "satch"));
  EXPECT_TRUE((*verified)->has("aud", "satchel"));
  EXPECT_FALSE((*verified)->has("absent", ""));
}

TEST_F(Jwt, OfAJwksTheKeysThatSignAreTaken) {
  const RsaNumbers numbers = key().public_key().numbers();
  const auto jwk = [&](Json kid, const char* use, const char* algorithm) {
    return Json::object({{"kty", "RSA"}, {"use", use}, {"alg", algorithm}, {"kid", std::move(kid)}, {"n", to_base64url(numbers.n)}, {"e", to_base64url(numbers.e)}});
  };
  const auto keys = keys_in(Json::object({{"keys", Json::Array{jwk("good", "sig", "RS256"), jwk("encrypts", "enc", "RS256"), jwk("ps", "sig", "PS256"), jwk(1, "sig", "RS256"), "text", Json::object({{"kty", "RSA"}, {"kid", "small"}, {"n", "AQAB"}, {"e", "AQAB"}})}}}));
  ASSERT_EQ(keys.size(), 1U);
  EXPECT_EQ(keys.begin()->first, "good");
  EXPECT_TRUE(keys_in(Json()).empty());
}

}  // namespace
}  // namespace satchel
