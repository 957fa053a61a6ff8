// SPDX-License-Identifier: Apache-2.0
// The provider over a table that loses answers, conflicts and shows old indexes: whoever asks again comes to one right end.
#include "satchel/identity/provider_test.hpp"

namespace satchel::identity {
namespace {

class UnkindTableTest : public ProviderTest {
 protected:
  UnkindTableTest() : ProviderTest(memory_table({.seed = 7, .conflict = 25, .unknown = 15, .short_page = 40, .stale_index = 60})) {}

  /// As a client does: again where the answer is that it may be tried again.
  template <class Ask>
  Response until_answered(Ask ask) {
    for (int i = 0; i < 200; ++i) {
      Response response = ask();
      if (response.status != 503 && response.status != 409) return response;
    }
    ADD_FAILURE() << "no answer";
    return {};
  }
  std::string setup_token() {
    for (;;) {
      const auto token = identity::Setup(*table_, *vault_).token(now(), TableWriter(*table_, {Family::key}), random_);
      if (token && *token) return **token;
    }
  }
};

TEST_F(UnkindTableTest, OneFirstAdministratorComesOfManyTries) {
  const std::string token = setup_token();
  Browser browser;
  const Response response = until_answered([&] {
    return post("/auth/api/setup", Json::object({{"token", token}, {"email", "ann@example.org"}, {"name", "Ann"}, {"password", kPassword}}), browser);
  });
  // Done, or done before with an answer that was lost.
  EXPECT_TRUE(response.status == 200 || response.status == 410) << response.body;
  table_->be_kind();
  EXPECT_EQ(sign_in(browser, "ann@example.org").status, 200);
  EXPECT_EQ(table_->get(now(), keys::administrators()).value()->number("count"), 1);
  EXPECT_FALSE(table_->get(now(), keys::setup()).value());
}

TEST_F(UnkindTableTest, TheCountOfAdministratorsIsExactAfterManyChanges) {
  table_->be_kind();
  const User ann = add("ann@example.org", Role::admin), bob = add("bob@example.org", Role::admin);
  auto unkind = memory_table({.seed = 11, .conflict = 25, .unknown = 0, .short_page = 0, .stale_index = 0});
  for (const Item& item : table_->items()) {
    while (!unkind->get(now(), item.key).value()) (void)unkind->write(now(), {Put{item, {}}});
  }
  AccountDirectory directory(*unkind, *vault_, random_, 1000);
  for (int i = 0; i < 60; ++i) {
    const UserId& who = random_.chance(50) ? ann.id : bob.id;
    if (random_.chance(50)) {
      (void)directory.set_disabled(now(), who, random_.chance(50));
    } else {
      (void)directory.set_role(now(), who, random_.chance(50) ? Role::admin : Role::member);
    }
    int active = 0;
    for (const UserId& id : {ann.id, bob.id}) {
      const User user = directory.find(now(), id).value().value();
      active += user.role == Role::admin && !user.disabled;
    }
    EXPECT_GE(active, 1);
    EXPECT_EQ(unkind->get(now(), keys::administrators()).value()->number("count"), active) << i;
  }
}

TEST_F(UnkindTableTest, AClientThatRepeatsItsRefreshKeepsItsFamily) {
  table_->be_kind();
  add("ann@example.org");
  Browser browser = signed_in("ann@example.org");
  std::string token = refresh_token(browser);
  // A new registry over a table that is unkind from here on.
  auto unkind = memory_table({.seed = 3, .conflict = 30, .unknown = 30, .short_page = 0, .stale_index = 0});
  for (const Item& item : table_->items()) {
    while (!unkind->get(now(), item.key).value()) (void)unkind->write(now(), {Put{item, {}}});
  }
  const Ports ports{*unkind, *objects_, directory_, mailer_, *vault_, *hasher_, settings_};
  const Registry registry(identity_rows(), ports);
  const auto ask = [&] {
    const TextMap form{{"grant_type", "refresh_token"}, {"client_id", std::string(kWebClient)}, {"refresh_token", token}};
    const Request request{.headers = {{"content-type", "application/x-www-form-urlencoded"}}, .body = to_query(form)};
    const Context context{.call = now(), .principal = Anonymous{}, .request_id = "r", .client = {}, .random = random_, .logger = *logger_, .clock = &clock_};
    auto result = registry.match("POST", "/auth/token").bound->function->handle(context, request);
    return result ? *std::move(result) : problem(result.error(), "r");
  };
  for (int i = 0; i < 50; ++i) {
    const Response response = until_answered(ask);
    ASSERT_EQ(response.status, 200) << i << response.body;
    token = text(response, "refresh_token");
    clock_.advance(std::chrono::minutes{4});
  }
}

}  // namespace
}  // namespace satchel::identity
