// SPDX-License-Identifier: Apache-2.0
#include "satchel/identity/accounts.hpp"

#include "satchel/identity/provider_test.hpp"

namespace satchel::identity {
namespace {

using testing::HasSubstr;
using testing::Not;

class AccountsTest : public ProviderTest {
 protected:
  Json set_up(std::string_view token, std::string_view email = "ann@example.org") {
    return Json::object({{"token", token}, {"email", email}, {"name", "Ann"}, {"password", kPassword}});
  }
  std::string setup_token() { return setup_.token(now(), TableWriter(*table_, {Family::key}), random_).value().value_or(""); }
  Json with_password(std::string_view token, std::string_view password = kPassword) { return Json::object({{"token", token}, {"password", password}}); }
  /// Delivers what lies in the outbox to the provider's consumers, `times` times.
  void deliver(std::string_view type, int times = 1) {
    for (const Item& item : table_->items()) {
      if (!item.key.partition.starts_with("OB#") || event_from(item).type != type) continue;
      for (int i = 0; i < times; ++i) deliver_one(event_from(item));
      (void)table_->write(now(), {Delete{item.key, {}}});
    }
  }
  void deliver_one(const Event& event) {
    const Context context{.call = now(), .principal = System{}, .request_id = "e1", .client = {}, .random = random_, .logger = *logger_, .clock = &clock_};
    for (const Bound* bound : registry_.consumers(event.type)) EXPECT_TRUE(bound->function->on_event(context, event));
  }
  static std::string token_in(const Mail& mail) {
    const auto begin = mail.text.find('#') + 1;
    return mail.text.substr(begin, mail.text.find('\n', begin) - begin);
  }
  Browser none_;
  identity::Setup setup_{*table_, *vault_};
};

TEST_F(AccountsTest, TheSetUpLinkMakesTheFirstAdministratorAndSignsIn) {
  EXPECT_THAT(get("/auth/api/setup", {}, none_).body, HasSubstr("true"));
  Browser browser;
  const Response response = post("/auth/api/setup", set_up(setup_token()), browser);
  EXPECT_EQ(response.status, 200) << response.body;
  EXPECT_NE(code(browser), "");
  const auto account = find_account(*table_, now(), "ann@example.org").value();
  EXPECT_EQ(account->user.role, Role::admin);
  EXPECT_TRUE(table_->get(now(), keys::quota(account->user.space)).value());
  EXPECT_THAT(get("/auth/api/setup", {}, none_).body, HasSubstr("false"));
}

TEST_F(AccountsTest, TheSetUpLinkWorksOnceAndOnlyWithItsToken) {
  const std::string token = setup_token();
  for (const std::string& wrong : {std::string(), token + "x", std::string(43, 'A')}) EXPECT_EQ(post("/auth/api/setup", set_up(wrong), none_).status, 410);
  EXPECT_EQ(post("/auth/api/setup", set_up(token), none_).status, 200);
  EXPECT_EQ(post("/auth/api/setup", set_up(token, "bob@example.org"), none_).status, 410);
  EXPECT_EQ(setup_token(), "");
}

TEST_F(AccountsTest, TheSetUpLinkStaysTheSameOverRestarts) {
  const std::string token = setup_token();
  EXPECT_NE(token, "");
  EXPECT_EQ(setup_token(), token);
  EXPECT_EQ(identity::Setup(*table_, *vault_).token(now(), TableWriter(*table_, {Family::key}), random_).value(), token);
}

TEST_F(AccountsTest, WhoeverIsTheFirstAdministratorVoidsTheSetUpLink) {
  const std::string token = setup_token();
  add("carl@example.org");
  EXPECT_THAT(get("/auth/api/setup", {}, none_).body, HasSubstr("true")) << "a member is no administrator";
  add("bob@example.org", Role::admin);
  EXPECT_EQ(post("/auth/api/setup", set_up(token), none_).status, 410);
}

TEST_F(AccountsTest, ABadPasswordDoesNotSpendTheSetUpLink) {
  const std::string token = setup_token();
  Json weak = Json::object({{"token", token}, {"email", "ann@example.org"}, {"name", "Ann"}, {"password", "short"}});
  const Response response = post("/auth/api/setup", weak, none_);
  EXPECT_EQ(type(response), "weak_password");
  EXPECT_THAT(text(response, "detail"), HasSubstr("at least 10 characters"));
  EXPECT_EQ(post("/auth/api/setup", set_up(token), none_).status, 200);
}

TEST_F(AccountsTest, AnInvitationIsTakenUpOnce) {
  add("root@example.org", Role::admin);
  const auto invitation = directory_.invite(now(), "bob@example.org", "Bob", Role::admin).value();
  const Response who = post("/auth/api/invitation/check", Json::object({{"token", invitation.token}}), none_);
  EXPECT_EQ(text(who, "email"), "bob@example.org");
  EXPECT_EQ(text(who, "kind"), "invitation");
  Browser browser;
  EXPECT_EQ(post("/auth/api/invitation", with_password(invitation.token), browser).status, 200);
  EXPECT_NE(code(browser), "");
  EXPECT_EQ(sign_in(none_, "bob@example.org").status, 200);
  EXPECT_EQ(post("/auth/api/invitation", with_password(invitation.token, "another password"), none_).status, 410);
  EXPECT_EQ(post("/auth/api/invitation/check", Json::object({{"token", invitation.token}}), none_).status, 410);
  EXPECT_EQ(table_->get(now(), keys::administrators()).value()->number("count"), 2);
}

TEST_F(AccountsTest, AnInvitationLastsAWeekAndTheNextOneVoidsIt) {
  const auto first = directory_.invite(now(), "bob@example.org", "Bob", Role::member).value();
  const auto second = directory_.invite(now(), "bob@example.org", "Bob", Role::member).value();
  EXPECT_EQ(post("/auth/api/invitation/check", Json::object({{"token", first.token}}), none_).status, 410);
  EXPECT_EQ(post("/auth/api/invitation", with_password(first.token), none_).status, 410);
  clock_.advance(std::chrono::days{7} - std::chrono::milliseconds{1});
  EXPECT_EQ(post("/auth/api/invitation/check", Json::object({{"token", second.token}}), none_).status, 200);
  clock_.advance(std::chrono::milliseconds{1});
  EXPECT_EQ(post("/auth/api/invitation", with_password(second.token), none_).status, 410);
}

TEST_F(AccountsTest, ADisabledPersonCannotTakeUpAnInvitation) {
  const auto invitation = directory_.invite(now(), "bob@example.org", "Bob", Role::member).value();
  const User bob = find_account(*table_, now(), "bob@example.org").value()->user;
  ASSERT_TRUE(directory_.set_disabled(now(), bob.id, true));
  EXPECT_EQ(post("/auth/api/invitation", with_password(invitation.token), none_).status, 410);
}

// H-7
TEST_F(AccountsTest, H7AResetTokenWorksOnceForAQuarterOfAnHour) {
  const User ann = add("ann@example.org");
  Browser before = signed_in("ann@example.org");
  const auto late = directory_.start_reset(now(), ann.id).value();
  clock_.advance(std::chrono::minutes{15});
  EXPECT_EQ(post("/auth/api/reset", with_password(late.token, "a wholly new one"), none_).status, 410);
  const auto reset = directory_.start_reset(now(), ann.id).value(), other = directory_.start_reset(now(), ann.id).value();
  EXPECT_EQ(post("/auth/api/invitation", with_password(reset.token), none_).status, 410) << "a reset signs nobody in";
  EXPECT_EQ(post("/auth/api/reset", with_password(reset.token, "a wholly new one"), none_).status, 204);
  EXPECT_EQ(post("/auth/api/reset", with_password(reset.token, "a third password"), none_).status, 410);
  EXPECT_EQ(post("/auth/api/reset", with_password(other.token, "a third password"), none_).status, 410) << "bound to the account as it was";
  EXPECT_EQ(sign_in(none_, "ann@example.org").status, 401);
  EXPECT_EQ(sign_in(none_, "ann@example.org", "a wholly new one").status, 200);
  EXPECT_EQ(code(before), "") << "what was signed in before is signed out";
}

TEST_F(AccountsTest, H7AResetFreesFromTheLock) {
  const User ann = add("ann@example.org");
  for (int i = 0; i < 5; ++i) (void)sign_in(none_, "ann@example.org", "wrong password");
  EXPECT_EQ(sign_in(none_, "ann@example.org").status, 429);
  EXPECT_EQ(post("/auth/api/reset", with_password(directory_.start_reset(now(), ann.id)->token, "a wholly new one"), none_).status, 204);
  EXPECT_EQ(sign_in(none_, "ann@example.org", "a wholly new one").status, 200);
}

TEST_F(AccountsTest, H7ARequestForAResetTellsNothingAndWritesTheSame) {
  add("ann@example.org");
  const auto before = table_->items().size();
  const Response known = post("/auth/api/reset-request", Json::object({{"email", "ann@example.org"}}), none_);
  const auto after_known = table_->items().size();
  Browser other{.client = "198.51.100.1"};
  const Response unknown = post("/auth/api/reset-request", Json::object({{"email", "nobody@example.org"}}), other);
  EXPECT_EQ(known.status, 202);
  EXPECT_EQ(unknown.status, 202);
  EXPECT_EQ(known.body, unknown.body);
  EXPECT_EQ(after_known - before, table_->items().size() - after_known);
  deliver("reset.requested");
  ASSERT_EQ(mailer_.sent().size(), 1u);
  EXPECT_EQ(mailer_.sent()[0].to, "ann@example.org");
  EXPECT_EQ(post("/auth/api/reset", with_password(token_in(mailer_.sent()[0]), "a wholly new one"), none_).status, 204);
}

TEST_F(AccountsTest, H7ARepeatedEventSendsTheSameTokenAndNeverBringsAUsedOneBack) {
  add("ann@example.org");
  (void)post("/auth/api/reset-request", Json::object({{"email", "ann@example.org"}}), none_);
  Event event;
  for (const Item& item : table_->items()) {
    if (item.key.partition.starts_with("OB#") && event_from(item).type == "reset.requested") event = event_from(item);
  }
  deliver_one(event);
  deliver_one(event);
  ASSERT_EQ(mailer_.sent().size(), 2u);
  EXPECT_EQ(mailer_.sent()[0].text, mailer_.sent()[1].text);
  const std::string token = token_in(mailer_.sent()[0]);
  EXPECT_EQ(post("/auth/api/reset", with_password(token, "a wholly new one"), none_).status, 204);
  deliver_one(event);
  EXPECT_EQ(mailer_.sent().size(), 2u);
  EXPECT_EQ(post("/auth/api/reset", with_password(token, "a third password"), none_).status, 410);
}

TEST_F(AccountsTest, MailsToOneAddressAreFew) {
  add("ann@example.org");
  for (int i = 0; i < 10; ++i) EXPECT_EQ(post("/auth/api/reset-request", Json::object({{"email", "ANN@example.org"}}), none_).status, 202);
  deliver("reset.requested");
  EXPECT_EQ(mailer_.sent().size(), 3u);
}

TEST_F(AccountsTest, H8APasswordChangeNeedsTheOldOneAndEndsTheOtherSessions) {
  const User ann = add("ann@example.org");
  Browser mine = signed_in("ann@example.org"), other = signed_in("ann@example.org");
  const std::string token = refresh_token(other);
  const auto change = [&](std::string_view old, std::string_view fresh) {
    return post("/auth/api/password", Json::object({{"old", old}, {"new", fresh}}), mine, principal(ann.id));
  };
  EXPECT_EQ(type(change("wrong password", "a wholly new one")), "wrong_password");
  EXPECT_EQ(type(change(kPassword, "password123")), "weak_password");
  EXPECT_EQ(change(kPassword, "a wholly new one").status, 204);
  EXPECT_NE(code(mine), "") << "the browser that asked goes on, with a new session";
  EXPECT_EQ(code(other), "");
  EXPECT_EQ(error(refresh(token)), "invalid_grant");
  EXPECT_EQ(sign_in(none_, "ann@example.org").status, 401);
}

TEST_F(AccountsTest, SelfSignUpIsOffUntilAnAdministratorSwitchesItOn) {
  const User root = add("root@example.org", Role::admin);
  const Json me = Json::object({{"email", "eve@example.org"}, {"name", "Eve"}, {"password", kPassword}});
  EXPECT_EQ(type(post("/auth/api/sign-up", me, none_)), "sign_up_closed");
  EXPECT_EQ(send("PATCH", "/api/v1/settings", {.body = R"({"self_signup":true})"}, none_, principal(root.id)).body, R"({"self_signup":true})");
  EXPECT_EQ(post("/auth/api/sign-up", me, none_).status, 202);
  deliver("sign_up.requested", 2);
  ASSERT_EQ(mailer_.sent().size(), 2u);
  EXPECT_EQ(mailer_.sent()[0].text, mailer_.sent()[1].text);
  EXPECT_THAT(mailer_.sent()[0].text, Not(HasSubstr("Eve"))) << "no text of a stranger in our mail";
  EXPECT_EQ(sign_in(none_, "eve@example.org").status, 401) << "no account before the address is confirmed";
  const std::string token = token_in(mailer_.sent()[0]);
  EXPECT_EQ(text(post("/auth/api/invitation/check", Json::object({{"token", token}}), none_), "name"), "Eve");
  EXPECT_EQ(post("/auth/api/invitation", with_password(token, "chosen at the link"), none_).status, 200);
  EXPECT_EQ(sign_in(none_, "eve@example.org").status, 401) << "who asked first does not choose the password";
  EXPECT_EQ(sign_in(none_, "eve@example.org", "chosen at the link").status, 200);
  EXPECT_EQ(find_account(*table_, now(), "eve@example.org").value()->user.role, Role::member);
  EXPECT_EQ(send("PATCH", "/api/v1/settings", {.body = R"({"self_signup":false})"}, none_, principal(root.id)).status, 200);
  EXPECT_EQ(post("/auth/api/sign-up", me, none_).status, 403);
}

TEST_F(AccountsTest, TheSettingsShowTheSwitchWhereTheInstallationPutIt) {
  const User root = add("root@example.org", Role::admin);
  EXPECT_EQ(send("GET", "/api/v1/settings", {}, none_, principal(root.id)).body, R"({"self_signup":false})");
  settings_.self_signup_at_first = true;
  EXPECT_EQ(send("GET", "/api/v1/settings", {}, none_, principal(root.id)).body, R"({"self_signup":true})");
  EXPECT_EQ(send("PATCH", "/api/v1/settings", {.body = R"({"self_signup":false})"}, none_, principal(root.id)).body, R"({"self_signup":false})");
  EXPECT_EQ(send("GET", "/api/v1/settings", {}, none_, principal(root.id)).body, R"({"self_signup":false})");
}

TEST_F(AccountsTest, L1SignUpDoesNotTellWhoHasAnAccount) {
  add("ann@example.org");
  Update on{.key = keys::provider_settings()};
  on.set.emplace(keys::kSelfSignup, true);
  ASSERT_TRUE(table_->write(now(), {on}));
  const Response response = post("/auth/api/sign-up", Json::object({{"email", "ann@example.org"}, {"name", "X"}, {"password", kPassword}}), none_);
  EXPECT_EQ(response.status, 202);
  deliver("sign_up.requested");
  EXPECT_THAT(mailer_.sent()[0].subject, HasSubstr("already"));
}

TEST_F(AccountsTest, APersonSeesAndEndsTheirOwnSessionsAlone) {
  const User ann = add("ann@example.org"), bob = add("bob@example.org");
  Browser one = signed_in("ann@example.org"), two = signed_in("ann@example.org"), bobs = signed_in("bob@example.org");
  const auto list = [&](Browser& browser, const User& user) {
    const Json body = Json::parse(send("GET", "/auth/api/sessions", {}, browser, principal(user.id)).body).value();
    return *body.find("sessions")->as<Json::Array>();
  };
  const auto mine = list(one, ann);
  ASSERT_EQ(mine.size(), 2u);
  const auto id = [](const Json& session) { return *session.find("id")->as<std::string>(); };
  const auto& other = *mine[0].find("current")->as<bool>() ? mine[1] : mine[0];
  const std::string token = refresh_token(two);
  const auto end = [&](const std::string& session) { return send("DELETE", "/auth/api/sessions/" + session, {.headers = own_page()}, one, principal(ann.id)).status; };
  EXPECT_EQ(end(id(list(bobs, bob)[0])), 204);
  EXPECT_NE(code(bobs), "") << "somebody else's session is not touched";
  EXPECT_EQ(end(id(other)), 204);
  EXPECT_EQ(end(id(other)), 204);
  EXPECT_EQ(code(two), "");
  EXPECT_EQ(error(refresh(token)), "invalid_grant");
  EXPECT_NE(code(one), "");
}

TEST_F(AccountsTest, TheSweepDeletesWhatIsOverAndNothingElse) {
  add("ann@example.org");
  Browser browser = signed_in("ann@example.org");
  (void)refresh_token(browser);
  (void)directory_.invite(now(), "bob@example.org", "Bob", Role::member);
  const auto run = [&] {
    const Context context{.call = now(), .principal = System{}, .request_id = "s1", .client = {}, .random = random_, .logger = *logger_, .clock = &clock_};
    for (const Bound& bound : registry_.all()) {
      if (bound.row.name != "sweep") continue;
      ASSERT_TRUE(bound.function->on_schedule(context));
    }
  };
  const auto count = [&](std::string_view partition) {
    return std::ranges::count_if(table_->items(), [&](const Item& item) { return item.key.partition.starts_with(partition); });
  };
  run();
  EXPECT_EQ(count("SE#"), 2);
  EXPECT_EQ(count("RF#"), 1);
  EXPECT_EQ(count("AC#"), 1);
  clock_.advance(std::chrono::hours{3});
  run();
  EXPECT_EQ(count("AC#"), 0);
  EXPECT_EQ(count("RF#"), 1);
  EXPECT_EQ(count("IN#"), 1);
  clock_.advance(std::chrono::days{40});
  run();
  for (const char* partition : {"SE#", "RF#", "IN#", "RL#"}) EXPECT_EQ(count(partition), 0) << partition;
  EXPECT_GT(count("U#"), 0);
}

/// Time passes with each look at it.
class HurryingClock final : public Clock {
 public:
  explicit HurryingClock(Time begin) : now_(begin) {}
  Time now() const override { return now_ += std::chrono::seconds{1}; }
  void sleep_until(Time) override {}

 private:
  mutable Time now_;
};

TEST_F(AccountsTest, ASweepWhoseTimeIsOverGoesOnWhereItWas) {
  add("ann@example.org");
  Browser browser = signed_in("ann@example.org");
  const auto run = [&](Duration time) {
    HurryingClock clock(now().now);
    const Context context{.call = {now().now, now().now + time}, .principal = System{}, .request_id = "s1", .client = {}, .random = random_, .logger = *logger_, .clock = &clock};
    const auto sweep = std::ranges::find(registry_.all(), "sweep", [](const Bound& bound) { return bound.row.name; });
    EXPECT_TRUE(sweep->function->on_schedule(context));
  };
  const auto sessions = [&] { return std::ranges::count_if(table_->items(), [](const Item& item) { return item.key.partition.starts_with("SE#"); }); };
  run(std::chrono::minutes{10});
  clock_.advance(std::chrono::days{40});
  for (int n = 0; n < 3; ++n) run(std::chrono::minutes{4});
  EXPECT_EQ(sessions(), 1);
  run(std::chrono::minutes{10});
  EXPECT_EQ(sessions(), 0);
}

}  // namespace
}  // namespace satchel::identity
