// SPDX-License-Identifier: Apache-2.0
// The authorizer of an HTTP API and the trigger of a user pool.
#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "satchel/lambda/authorizer.hpp"
#include "satchel/lambda/cognito.hpp"
#include "satchel/memory/clock.hpp"
#include "satchel/memory/random.hpp"
#include "satchel/memory/table.hpp"
#include "satchel/memory/vault.hpp"
#include "satchel/model/keys.hpp"

namespace satchel::lambda {
namespace {

class OneKey final : public KeySource {
 public:
  static const RsaPrivateKey& key() {
    static const RsaPrivateKey made = RsaPrivateKey::generate();
    return made;
  }
  Result<std::optional<RsaPublicKey>> find(const Call&, std::string_view kid) const override {
    if (broken) return fail(ErrorCode::unavailable, "The issuer does not answer.");
    return kid == "k1" ? std::optional(key().public_key()) : std::nullopt;
  }
  bool broken = false;
};

class TriggersTest : public testing::Test {
 protected:
  void SetUp() override { put({Put{to_item(User{.id = UserId("u1"), .email = "a@example.org", .epoch = 3}), {}}, Put{Item{keys::session("s1"), {}}, {}}}); }
  void put(const Transaction& transaction) { ASSERT_TRUE(table_->write({clock_.now(), clock_.now() + Duration{1'000}}, transaction)); }
  Invocation invocation(std::string payload) { return {.id = "i1", .token = {}, .function_arn = {}, .trace = {}, .deadline = clock_.now() + Duration{5'000}, .payload = std::move(payload)}; }

  Result<std::string> authorize(std::string_view authorization) {
    return authorizer_.answer(invocation(fmt::format(R"({{"version":"2.0","type":"REQUEST","routeKey":"GET /api/v1/me","identitySource":["{}"],"headers":{{"authorization":"ignored"}}}})", authorization)));
  }
  std::string access_token(std::string_view subject, std::int64_t epoch, std::string_view session = "s1", std::int64_t life = 300) {
    const auto now = to_millis(clock_.now()) / 1000;
    return "Bearer " + sign_token(OneKey::key(), "k1", "at+jwt", Json::object({{"iss", "http://i/auth"}, {"aud", "satchel"}, {"sub", subject}, {"iat", now}, {"exp", now + life}, {"sid", session}, {"epoch", epoch}}));
  }
  std::string api_token(Scopes scopes) {
    const std::string text = new_api_token(random_);
    put({Put{to_item(ApiToken{.id = TokenId(vault_->keyed_hash(kApiTokenPurpose, text)), .user = UserId("u1"), .epoch = 3, .name = "t", .scopes = std::move(scopes), .created = clock_.now(), .expires = clock_.now() + std::chrono::hours{1}, .last_used = {}}), {}}});
    return text;
  }
  Result<std::string> sign_up(std::string_view source, std::string_view user_name) {
    return sign_ups_.answer(invocation(fmt::format(R"({{"version":"1","triggerSource":"{}","userName":"{}","request":{{"userAttributes":{{"email":"x@example.org"}}}},"response":{{"autoConfirmUser":false}}}})", source, user_name)));
  }

  ManualClock clock_;
  SeededRandom random_{1};
  std::unique_ptr<MemoryTable> table_ = memory_table();
  std::unique_ptr<Vault> vault_ = memory_vault();
  OneKey keys_;
  AuthenticateGate gate_{{keys_, "http://i/auth"}, *table_, TableWriter(*table_, {Family::token}), *vault_};
  Authorizer authorizer_{gate_, clock_};
  SignUps sign_ups_{*table_, clock_, /*at_first=*/false};
};

TEST_F(TriggersTest, TheAuthorizerSaysWhoAsks) {
  const auto until = to_millis(std::chrono::floor<std::chrono::seconds>(clock_.now()) + std::chrono::seconds{300} + kClockLeeway);
  EXPECT_EQ(authorize(access_token("u1", 3)).value(), fmt::format(R"({{"isAuthorized":true,"context":{{"user":"u1","epoch":"3","session":"s1","token":"","expires":"{}","scopes":""}}}})", until));
  const std::string token = api_token({"files:read", "files:write"});
  EXPECT_EQ(authorize("bearer " + token).value(),
            fmt::format(R"({{"isAuthorized":true,"context":{{"user":"u1","epoch":"3","session":"","token":"{}","expires":"","scopes":"files:read files:write"}}}})", vault_->keyed_hash(kApiTokenPurpose, token)));
}

TEST_F(TriggersTest, TheAuthorizerLetsNobodyOnAsSomebody) {
  const std::string refused = R"({"isAuthorized":true,"context":{"refused":"invalid_token"}})";
  EXPECT_EQ(authorize("").value(), R"({"isAuthorized":true,"context":{"refused":"sign_in_wanted"}})");
  for (const std::string& bad : {std::string("Basic eA=="), std::string("Bearer x.y.z"), "Bearer " + new_api_token(random_), access_token("u2", 3), access_token("u1", 2), access_token("u1", 3, "s2"),
                                 access_token("u1", 3, ""), access_token("u1", 3, "s1", -100)}) {
    EXPECT_EQ(authorize(bad).value(), refused) << bad;
  }
  keys_.broken = true;
  EXPECT_EQ(authorize(access_token("u1", 3)).error().code, ErrorCode::unavailable) << "not cached, as a refusal would be";
}

class NobodyComes final : public OutsidePeople {
 public:
  Result<User> person_of(const Call&, const Verified<Claims>&, std::string_view) override { return not_admitted("sign-up is switched off"); }
};

TEST_F(TriggersTest, TheAuthorizerLetsOnWhoIsNotAdmittedAsNobody) {
  NobodyComes people;
  AuthenticateGate gate({keys_, "http://i/auth", "satchel", {}, &people}, *table_, TableWriter(*table_, {Family::token}), *vault_);
  authorizer_ = Authorizer(gate, clock_);
  EXPECT_EQ(authorize(access_token("stranger", 1)).value(), R"({"isAuthorized":true,"context":{"refused":"not_admitted"}})") << "a failure would be a 500, and an alarm";
}

TEST_F(TriggersTest, TheAuthorizerTakesItsOwnPayloadAlone) {
  for (const char* other : {"{}", R"({"version":"1.0","type":"REQUEST"})", R"({"version":"2.0"})"}) EXPECT_EQ(authorizer_.answer(invocation(other)).error().code, ErrorCode::internal) << other;
}

TEST_F(TriggersTest, WhoMaySignUpFollowsTheSwitch) {
  struct Case {
    std::string source, user_name;
    bool closed, open;  // whether the person may come while the switch is off, and on
  };
  const Case cases[] = {{"PreSignUp_SignUp", "someone", false, true},
                        {"PreSignUp_AdminCreateUser", "someone", true, true},
                        {"PreSignUp_ExternalProvider", "Corp_someone", true, true},
                        {"PreSignUp_ExternalProvider", "google_1234", false, true},
                        {"PreSignUp_ExternalProvider", "SignInWithApple_1", false, true}};
  for (const bool open : {false, true}) {
    Item settings{keys::provider_settings(), {}};
    settings.set(std::string(keys::kSelfSignup), open);
    put({Put{settings, {}}});
    for (const Case& one : cases) {
      const auto answered = sign_up(one.source, one.user_name);
      EXPECT_EQ(answered.has_value(), open ? one.open : one.closed) << one.source << ' ' << one.user_name << open;
      if (answered) EXPECT_THAT(*answered, testing::HasSubstr(R"("response":{"autoConfirmUser":false})"));
      else EXPECT_EQ(answered.error().type, "signup_closed");
    }
  }
  EXPECT_EQ(sign_up("PostConfirmation_ConfirmSignUp", "someone").error().code, ErrorCode::internal);
}

TEST(SignUps, WhomADirectoryOfTheOperatorsOwnHasNamedNeedsNoSwitch) {
  for (const char* name : {"Corp_someone", "corp_a_b", "My-Directory_a@example.org"}) EXPECT_TRUE(is_vouched_for(name)) << name;
  for (const char* name : {"google_1", "Google_1", "SignInWithApple_1.a", "facebook_1", "LoginWithAmazon_a", "6a9d3f1e-0000-4000-8000-000000000000", "", "someone"}) EXPECT_FALSE(is_vouched_for(name)) << name;
}

TEST_F(TriggersTest, TheSwitchIsWhereTheInstallationPutItUntilSomebodyMovesIt) {
  EXPECT_EQ(sign_up("PreSignUp_SignUp", "someone").error().type, "signup_closed");
  sign_ups_ = SignUps(*table_, clock_, /*at_first=*/true);
  EXPECT_TRUE(sign_up("PreSignUp_SignUp", "someone"));
  Item settings{keys::provider_settings(), {}};
  settings.set(std::string(keys::kSelfSignup), false);
  put({Put{settings, {}}});
  EXPECT_EQ(sign_up("PreSignUp_SignUp", "someone").error().type, "signup_closed");
}

}  // namespace
}  // namespace satchel::lambda
