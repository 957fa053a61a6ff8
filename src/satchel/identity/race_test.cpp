// SPDX-License-Identifier: Apache-2.0
// Two who do the same at once: the second comes between the first one's last look and its write.
#include "satchel/identity/provider_test.hpp"

namespace satchel::identity {
namespace {

/// Lets something else happen right before a write.
class InterveningTable final : public Table {
 public:
  explicit InterveningTable(Table& inner) : inner_(&inner) {}
  Result<std::optional<Item>> get(const Call& call, const Key& key) const override { return inner_->get(call, key); }
  Result<std::vector<std::optional<Item>>> batch_get(const Call& call, const std::vector<Key>& keys) const override { return inner_->batch_get(call, keys); }
  Result<Page> query(const Call& call, const Query& query) const override { return inner_->query(call, query); }
  Result<WriteOutcome> write(const Call& call, const Transaction& transaction) override {
    if (auto first = std::exchange(before_next, {})) first();
    return inner_->write(call, transaction);
  }
  std::function<void()> before_next;

 private:
  Table* inner_;
};

class RaceTest : public ProviderTest {
 protected:
  /// By the registry whose writes are late.
  Response late(std::string_view path, const Request& request) {
    const Context context{.call = now(), .principal = Anonymous{}, .request_id = "r", .client = {}, .random = random_, .logger = *logger_, .clock = &clock_};
    auto result = late_registry_.match("POST", path).bound->function->handle(context, request);
    return result ? *std::move(result) : problem(result.error(), "r");
  }
  Response late_json(std::string_view path, const Json& body) { return late(path, {.headers = own_page(), .body = body.text()}); }
  Response late_form(const TextMap& form) {
    return late("/auth/token", {.headers = {{"content-type", "application/x-www-form-urlencoded"}}, .body = to_query(form)});
  }
  std::ptrdiff_t count(std::string_view partition) const {
    return std::ranges::count_if(table_->items(), [&](const Item& item) { return item.key.partition.starts_with(partition); });
  }

  InterveningTable intervening_{*table_};
  Ports late_ports_{intervening_, *objects_, directory_, mailer_, *vault_, *hasher_, settings_};
  Registry late_registry_{identity_rows(), late_ports_};
  Browser other_;
};

TEST_F(RaceTest, OfTwoFirstAdministratorsOneIsTheFirst) {
  const std::string token = identity::Setup(*table_, *vault_).token(now(), TableWriter(*table_, {Family::key}), random_).value().value();
  const auto me = [&](std::string_view email) { return Json::object({{"token", token}, {"email", email}, {"name", "A"}, {"password", kPassword}}); };
  intervening_.before_next = [&] { EXPECT_EQ(post("/auth/api/setup", me("first@example.org"), other_).status, 200); };
  EXPECT_EQ(type(late_json("/auth/api/setup", me("second@example.org"))), "setup_closed");
  EXPECT_FALSE(directory_.find_by_email(now(), "second@example.org").value());
}

TEST_F(RaceTest, AnotherAdministratorMadeMeanwhileClosesTheSetUp) {
  const std::string token = identity::Setup(*table_, *vault_).token(now(), TableWriter(*table_, {Family::key}), random_).value().value();
  intervening_.before_next = [&] { add("first@example.org", Role::admin); };
  EXPECT_EQ(late_json("/auth/api/setup", Json::object({{"token", token}, {"email", "x@example.org"}, {"name", "A"}, {"password", kPassword}})).status, 410);
}

TEST_F(RaceTest, ATicketIsUsedByOne) {
  const auto invitation = directory_.invite(now(), "bob@example.org", "Bob", Role::member).value();
  const auto body = [&](std::string_view password) { return Json::object({{"token", invitation.token}, {"password", password}}); };
  intervening_.before_next = [&] { EXPECT_EQ(post("/auth/api/invitation", body("the first of two"), other_).status, 200); };
  EXPECT_EQ(late_json("/auth/api/invitation", body("the second of two")).status, 410);
  EXPECT_EQ(sign_in(other_, "bob@example.org", "the first of two").status, 200);
}

TEST_F(RaceTest, E2ACodeIsRedeemedByOneAndTheOtherEndsBoth) {
  add("ann@example.org");
  Browser browser = signed_in("ann@example.org");
  const std::string shown = code(browser);
  std::string token;
  intervening_.before_next = [&] { token = text(redeem(shown), "refresh_token"); };
  EXPECT_EQ(error(late_form(redemption(shown))), "invalid_grant");
  ASSERT_NE(token, "");
  EXPECT_EQ(error(refresh(token)), "invalid_grant");
}

TEST_F(RaceTest, E4TwoRefreshesAtOnceGetTheSameNextToken) {
  add("ann@example.org");
  Browser browser = signed_in("ann@example.org");
  const std::string shown = refresh_token(browser);
  std::string one;
  intervening_.before_next = [&] { one = text(refresh(shown), "refresh_token"); };
  const std::string two = text(late_form({{"grant_type", "refresh_token"}, {"client_id", std::string(kWebClient)}, {"refresh_token", shown}}), "refresh_token");
  EXPECT_EQ(one, two);
  EXPECT_EQ(refresh(one).status, 200);
}

TEST_F(RaceTest, SigningOutWhileTokensAreMadeLeavesNone) {
  add("ann@example.org");
  for (const bool by_code : {true, false}) {
    Browser browser = signed_in("ann@example.org");
    const std::string shown = by_code ? code(browser) : refresh_token(browser);
    intervening_.before_next = [&] { (void)post("/auth/api/sign-out", Json::object(), browser); };
    const Response response = by_code ? late_form(redemption(shown))
                                      : late_form({{"grant_type", "refresh_token"}, {"client_id", std::string(kWebClient)}, {"refresh_token", shown}});
    EXPECT_EQ(error(response), "invalid_grant");
    EXPECT_EQ(count("RF#"), 0);
    EXPECT_EQ(count("SE#"), 0);
  }
}

TEST_F(RaceTest, GuessesAtOnceAreCountedEach) {
  add("ann@example.org");
  const auto guess = [&] { return late_json("/auth/api/sign-in", Json::object({{"email", "ann@example.org"}, {"password", "wrong password"}})).status; };
  int tried = 0;
  // Each lets the next begin between its look at the counter and its count.
  const std::function<void()> next = [&] {
    if (++tried >= 30) return;
    intervening_.before_next = next;
    EXPECT_NE(guess(), 200);
  };
  intervening_.before_next = next;
  (void)guess();
  const auto item = [&] {
    for (const Item& one : table_->items()) {
      if (one.key.partition.starts_with("RL#sign-in")) return one;
    }
    return Item{};
  }();
  EXPECT_LE(item.number("count"), 5) << "the sixth had to wait, however many began at once";
}

}  // namespace
}  // namespace satchel::identity
