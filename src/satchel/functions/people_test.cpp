// SPDX-License-Identifier: Apache-2.0
// Personal API tokens, and what administrators do with people.
#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "satchel/model/api_token.hpp"
#include "tests/support/back_end.hpp"

namespace satchel {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;
using testing::SizeIs;
using testing::StartsWith;
using testing::UnorderedElementsAre;

class Tokens : public testing::Test {
 protected:
  Answer make(std::string_view members) { return b_.ask(b_.ben, "POST", "/api/v1/tokens", fmt::format("{{{}}}", members)); }
  Answer list() { return b_.ask(b_.ben, "GET", "/api/v1/tokens"); }
  Principal by_token(Scopes scopes) { return SignedIn{b_.ben, TokenId("token"), std::move(scopes)}; }
  BackEnd b_;
};

TEST_F(Tokens, AreShownOnceAndKeptAsAHash) {
  const Answer made = make(R"("name":"backup")");
  EXPECT_EQ(made.status, 201);
  EXPECT_TRUE(is_api_token(made.text("token")));
  EXPECT_EQ(made.text("id"), b_.vault->keyed_hash(kApiTokenPurpose, made.text("token")));
  EXPECT_EQ(*made.find("scopes")->as<Json::Array>()->front().as<std::string>(), "files:read");
  EXPECT_EQ(made.find("scopes")->as<Json::Array>()->size(), 3U) << "all but the account";
  EXPECT_EQ(made.text("expires"), format_rfc3339(b_.clock.now() + std::chrono::days{90}));
  EXPECT_THAT(list().texts("tokens", "name"), ElementsAre("backup"));
  EXPECT_THAT(list().body.text(), Not(HasSubstr(made.text("token"))));
  for (const Item& item : b_.table->items()) {
    for (const auto& [name, value] : item.attributes) {
      const auto* text = std::get_if<std::string>(&value);
      EXPECT_THAT(text ? *text : "", Not(HasSubstr(made.text("token")))) << name;
    }
  }
}

TEST_F(Tokens, AreRefusedWhereTheyAskForTooMuch) {
  for (const char* bad : {R"("name":"")", R"("name":"x","scopes":[])", R"("name":"x","scopes":["admin"])", R"("name":"x","expires":"2020-01-01T00:00:00Z")",
                          R"("name":"x","expires":"2099-01-01T00:00:00Z")", R"("name":"x","user":"y")", R"("scopes":["files:read"])"}) {
    EXPECT_EQ(make(bad).status, 400) << bad;
  }
  EXPECT_THAT(list().texts("tokens", "id"), IsEmpty());
}

// B-6: a key that can make keys would outlive its own end.
TEST_F(Tokens, MakeNoTokens) {
  EXPECT_EQ(b_.ask(by_token({"account", "files:write"}), "POST", "/api/v1/tokens", R"({"name":"x"})").status, 403);
  EXPECT_EQ(b_.ask(by_token({"account"}), "GET", "/api/v1/tokens").status, 200);
  EXPECT_EQ(b_.ask(by_token({"files:read"}), "GET", "/api/v1/tokens").status, 403);
}

// B-6
TEST_F(Tokens, OfAnAdministratorDoNotAdministrate) {
  const Principal key = SignedIn{b_.anna, TokenId("token"), {"account", "files:read", "files:write", "links:write"}};
  EXPECT_EQ(b_.ask(key, "GET", "/api/v1/users").status, 403);
}

TEST_F(Tokens, CanBeDeletedByTheirOwnerAlone) {
  const std::string path = "/api/v1/tokens/" + make(R"("name":"x")").text("id");
  const Answer others = b_.ask(b_.anna, "DELETE", path);
  EXPECT_EQ(others.status, 404);
  EXPECT_EQ(others.body.text(), b_.ask(b_.anna, "DELETE", "/api/v1/tokens/" + std::string(43, 'A')).body.text());
  EXPECT_THAT(list().texts("tokens", "name"), SizeIs(1));
  EXPECT_EQ(b_.ask(b_.ben, "DELETE", path).status, 204);
  EXPECT_THAT(list().texts("tokens", "name"), IsEmpty());
}

TEST_F(Tokens, VanishWhenTheyHaveExpired) {
  make(R"("name":"x")");
  b_.run_schedule("collect_expired");
  b_.clock.advance(std::chrono::days{90});
  EXPECT_THAT(list().texts("tokens", "name"), IsEmpty()) << "judged on read";
  for (int i = 0; i < 30; ++i) b_.run_schedule("collect_expired");
  for (const Item& item : b_.table->items()) EXPECT_NE(family_of(item.key.partition), Family::token);
}

class People : public testing::Test {
 protected:
  Answer admin(std::string_view method, std::string_view path, std::string_view body = "") { return b_.ask(b_.anna, method, path, body); }
  std::string path(const User& user) { return "/api/v1/users/" + user.id.str(); }
  BackEnd b_;
};

TEST_F(People, AreListedWithTheirRoom) {
  b_.upload(b_.ben, b_.ben.root, "a", "12345");
  const Answer list = admin("GET", "/api/v1/users");
  EXPECT_THAT(list.texts("users", "name"), UnorderedElementsAre("Anna", "Ben"));
  const std::size_t ben = list.text("users.0.name") == "Ben" ? 0 : 1;
  EXPECT_EQ(list.number(fmt::format("users.{}.space.used", ben)), 5);
}

// B-1
TEST_F(People, AreNoBusinessOfMembers) {
  for (const auto& [method, route] : {std::pair<std::string, std::string>{"GET", "/api/v1/users"}, {"POST", "/api/v1/users"}, {"PATCH", path(b_.anna)},
                                      {"POST", path(b_.anna) + "/reset"}}) {
    EXPECT_EQ(b_.ask(b_.ben, method, route, "{}").status, 403) << method << route;
  }
}

TEST_F(People, AreInvitedByMailOrByHand) {
  const Answer invited = admin("POST", "/api/v1/users", R"({"email":"cleo@example.org","name":"Cleo"})");
  EXPECT_EQ(invited.status, 201);
  EXPECT_EQ(invited.text("user.email"), "cleo@example.org");
  EXPECT_TRUE(*invited.find("user.invited")->as<bool>());
  EXPECT_THAT(invited.text("invitation.url"), StartsWith("https://satchel.test/invite#"));
  EXPECT_TRUE(*invited.find("invitation.mailed")->as<bool>());
  ASSERT_THAT(b_.mailer.sent(), SizeIs(1));
  EXPECT_EQ(b_.mailer.sent()[0].to, "cleo@example.org");
  EXPECT_THAT(b_.mailer.sent()[0].text, HasSubstr(invited.text("invitation.url")));
  EXPECT_EQ(admin("POST", "/api/v1/users", R"({"email":"cleo@example.org"})").status, 201) << "again";
  EXPECT_EQ(admin("POST", "/api/v1/users", fmt::format(R"({{"email":"{}"}})", b_.ben.email)).type(), "address_taken");
  for (const char* bad : {R"({"email":"nobody"})", R"({"email":"a@b@c"})", R"({"email":"x@example.org","role":"owner"})", R"({"email":"x@example.org","quota":1})", "{}"}) {
    EXPECT_EQ(admin("POST", "/api/v1/users", bad).status, 400) << bad;
  }
}

TEST_F(People, AMailThatFailsLeavesTheAddressInTheAnswer) {
  b_.faults.reset();
  admin("POST", "/api/v1/users", R"({"email":"c1@example.org"})");
  const auto trace = b_.faults.trace();
  const auto send = static_cast<std::size_t>(std::ranges::find(trace, "mailer.send") - trace.begin()) + 1;
  b_.faults.reset();
  b_.faults.arm(send, FaultMode::fail_once);
  const Answer invited = admin("POST", "/api/v1/users", R"({"email":"c2@example.org"})");
  EXPECT_EQ(invited.status, 201);
  EXPECT_FALSE(*invited.find("invitation.mailed")->as<bool>());
  EXPECT_THAT(invited.text("invitation.url"), HasSubstr("/invite#"));
}

TEST_F(People, GetANewPasswordByALink) {
  const Answer reset = admin("POST", path(b_.ben) + "/reset");
  EXPECT_EQ(reset.status, 200);
  EXPECT_THAT(reset.text("url"), StartsWith("https://satchel.test/reset#"));
  EXPECT_EQ(admin("POST", "/api/v1/users/0000000000000000000000/reset").status, 404);
}

TEST_F(People, ChangeRoleAndCanBeDisabled) {
  EXPECT_EQ(admin("PATCH", path(b_.ben), R"({"role":"admin"})").text("role"), "admin");
  EXPECT_TRUE(*admin("PATCH", path(b_.ben), R"({"role":"member","disabled":true})").find("disabled")->as<bool>());
  EXPECT_EQ(admin("PATCH", path(b_.ben), R"({"epoch":7})").status, 400);
  EXPECT_EQ(admin("PATCH", "/api/v1/users/nobody", R"({"disabled":true})").status, 404);
}

TEST_F(People, KeepOneAdministrator) {
  for (const char* change : {R"({"disabled":true})", R"({"role":"member"})"}) {
    const Answer refused = admin("PATCH", path(b_.anna), change);
    EXPECT_EQ(refused.status, 409) << change;
    EXPECT_EQ(refused.type(), "last_administrator");
  }
}

TEST_F(People, GetAnotherQuotaWithWhatTheyUseKept) {
  b_.upload(b_.ben, b_.ben.root, "a", "12345");
  const Answer changed = admin("PATCH", path(b_.ben), R"({"limit":1000})");
  EXPECT_EQ(changed.number("space.limit"), 1000);
  EXPECT_EQ(changed.number("space.used"), 5);
  EXPECT_EQ(b_.avail(b_.ben), 995);
  EXPECT_EQ(admin("PATCH", path(b_.ben), R"({"limit":3})").number("space.used"), 5);
  EXPECT_EQ(b_.upload(b_.ben, b_.ben.root, "b", "1").status, 413) << "nothing more fits";
  EXPECT_EQ(admin("PATCH", path(b_.ben), R"({"limit":-1})").status, 400);
}

}  // namespace
}  // namespace satchel
