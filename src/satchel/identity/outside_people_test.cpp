// SPDX-License-Identifier: Apache-2.0
// People who sign in at an outside issuer: who is let in, as what, and what ends.
#include "satchel/identity/outside_people.hpp"

#include <gtest/gtest.h>

#include <thread>

#include "satchel/identity/accounts.hpp"
#include "satchel/identity/registry.hpp"
#include "satchel/memory/clock.hpp"
#include "satchel/memory/random.hpp"
#include "satchel/memory/table.hpp"
#include "satchel/memory/vault.hpp"
#include "satchel/model/keys.hpp"

namespace satchel::identity {
namespace {

class OneKey final : public KeySource {
 public:
  Result<std::optional<RsaPublicKey>> find(const Call&, std::string_view) const override { return key().public_key(); }
  static const RsaPrivateKey& key() {
    static const RsaPrivateKey one = RsaPrivateKey::generate();
    return one;
  }
};

constexpr std::string_view kIssuer = "https://id.example.org";

class OutsidePeopleTest : public testing::Test {
 protected:
  void SetUp() override { follow({.admins = {}, .required_claim = {}, .quota = 1000}); }
  void follow(AdmissionRules rules) {
    rules.quota = 1000;
    people_.emplace(std::move(rules), [this](const Call&, std::string_view) { return tell(); }, *table_, *vault_, random_, *log_);
  }
  Result<Claims> tell() {
    ++asked_;
    if (!told_) return fail(ErrorCode::not_found, "nothing");
    Claims claims{.issuer = std::string(kIssuer), .subject = told_->first, .all = {}};
    claims.all = told_->second;
    return claims;
  }
  Call now() const { return {clock_.now(), clock_.now() + std::chrono::seconds{20}}; }
  std::string token(std::string_view subject, std::initializer_list<std::pair<std::string, Json>> more = {}) {
    const auto at = to_millis(clock_.now()) / 1000;
    Json::Object claims{{"iss", kIssuer}, {"aud", "files"}, {"sub", subject}, {"iat", at}, {"exp", at + 300}};
    claims.insert(claims.end(), more.begin(), more.end());
    return "Bearer " + sign_token(OneKey::key(), "k", "at+jwt", claims);
  }
  /// Through the gate, as a request would.
  Result<User> present(const std::string& token) {
    AuthenticateGate gate({keys_, std::string(kIssuer), "files", {}, &*people_}, *table_, TableWriter(*table_, {Family::token}), *vault_);
    auto signed_in = gate.authenticate(now(), token);
    if (!signed_in) return std::unexpected(signed_in.error());
    return signed_in->user;
  }
  Result<User> come(std::string_view subject, std::initializer_list<std::pair<std::string, Json>> more = {}) { return present(token(subject, more)); }
  std::int64_t administrators() {
    const auto item = table_->get(now(), keys::administrators()).value();
    return item ? item->number("count") : 0;
  }
  void switch_signup(bool on) {
    Item item{keys::provider_settings(), {}};
    item.set(keys::kSelfSignup, on);
    ASSERT_TRUE(table_->write(now(), {Put{std::move(item), {}}}));
  }

  ManualClock clock_;
  SeededRandom random_{7};
  std::unique_ptr<Logger> log_ = null_logger();
  std::unique_ptr<MemoryTable> table_ = memory_table();
  std::unique_ptr<Vault> vault_ = memory_vault();
  OneKey keys_;
  std::optional<AdmittedPeople> people_;
  std::optional<std::pair<std::string, Json>> told_;
  int asked_ = 0;
};

// As the directory on Cognito leaves them: a person in the table, bound to the subject that the pool has made.
TEST_F(OutsidePeopleTest, AnInvitedAdministratorCountsFromTheFirstSignIn) {
  ASSERT_TRUE(come("first", {{"email", "root@example.org"}, {"email_verified", true}}));
  User invited = new_user(now(), random_, "ann@example.org", "Ann", Role::admin);
  invited.invited = true;
  Item map{keys::federated(kIssuer, "ann-subject"), {}};
  map.set("user", invited.id.str());
  ASSERT_TRUE(table_->write(now(), {Put{to_item(invited), {}}, Put{std::move(map), {}}}));
  const auto before = administrators();

  const auto ann = come("ann-subject", {{"email", "other@example.org"}, {"email_verified", true}});
  ASSERT_TRUE(ann) << ann.error().message;
  EXPECT_EQ(ann->id, invited.id);
  EXPECT_FALSE(ann->invited);
  EXPECT_EQ(administrators(), before + 1);
  ASSERT_TRUE(come("ann-subject"));
  EXPECT_EQ(administrators(), before + 1) << "counted once";
  EXPECT_FALSE(user_from(*table_->get(now(), keys::user(invited.id)).value()).invited);
}

TEST_F(OutsidePeopleTest, WhoComesByThemselvesCanBeFoundByTheirSubject) {
  const auto user = come("by-myself");
  ASSERT_TRUE(user);
  const auto subject = table_->get(now(), keys::subject(user->id)).value();
  ASSERT_TRUE(subject);
  EXPECT_EQ(subject->text("subject"), "by-myself");
  EXPECT_EQ(subject->text("issuer"), kIssuer);
}

TEST_F(OutsidePeopleTest, WhoComesFirstIsMadeAPersonWithASpaceAndIsTheSameLater) {
  const auto first = come("s1", {{"email", "ann@example.org"}, {"email_verified", true}, {"name", "Ann"}});
  ASSERT_TRUE(first) << first.error().message << first.error().detail;
  EXPECT_EQ(first->name, "Ann");
  EXPECT_EQ(first->email, "ann@example.org");
  EXPECT_EQ(first->role, Role::member);
  EXPECT_EQ(table_->get(now(), keys::quota(first->space)).value()->number("avail"), 1000);
  EXPECT_TRUE(table_->get(now(), keys::entry(first->root)).value());
  EXPECT_EQ(come("s1")->id, first->id);
  EXPECT_NE(come("s2")->id, first->id);
  EXPECT_EQ(administrators(), 0);
}

TEST_F(OutsidePeopleTest, AnAddressNeverLinksTwoSubjects) {
  const auto first = come("s1", {{"email", "ann@example.org"}, {"email_verified", true}});
  const auto second = come("s2", {{"email", "ANN@example.org"}, {"email_verified", true}});
  ASSERT_TRUE(first && second) << second.error().message;
  EXPECT_NE(first->id, second->id);
  EXPECT_EQ(find_account(*table_, now(), "ann@example.org").value()->user.id, first->id);
  EXPECT_EQ(come("s2")->id, second->id);
}

TEST_F(OutsidePeopleTest, AnAddressThatNobodyHasVerifiedIsNotKept) {
  EXPECT_EQ(come("s1", {{"email", "boss@example.org"}, {"email_verified", false}})->email, "");
  EXPECT_EQ(come("s2", {{"email", "boss@example.org"}})->email, "");
  EXPECT_FALSE(find_account(*table_, now(), "boss@example.org").value());
}

TEST_F(OutsidePeopleTest, WhatTheTokenDoesNotSayIsAskedOnceAndOnlyOfTheSamePerson) {
  told_ = {"s1", Json::object({{"email", "ann@example.org"}, {"email_verified", "true"}, {"preferred_username", "ann"}})};
  const auto ann = come("s1");
  ASSERT_TRUE(ann);
  EXPECT_EQ(ann->email, "ann@example.org");
  EXPECT_EQ(ann->name, "ann");
  ASSERT_TRUE(come("s1"));
  EXPECT_EQ(asked_, 1);
  const auto other = come("s2");  // the issuer answers with s1 again
  ASSERT_TRUE(other);
  EXPECT_EQ(other->email, "");
  EXPECT_EQ(other->name, "s2");
}

TEST_F(OutsidePeopleTest, TheRulesNameAdministratorsByAddressClaimOrSubjectAlsoLater) {
  ASSERT_EQ(come("known", {{"email", "known@example.org"}, {"email_verified", true}})->role, Role::member);
  follow({.admins = {"Known@example.org", "groups=admins", "subject-9", "fake@example.org"}, .required_claim = {}});
  EXPECT_EQ(come("known")->role, Role::admin);
  EXPECT_EQ(come("s2", {{"groups", Json::Array{"staff", "admins"}}})->role, Role::admin);
  EXPECT_EQ(come("subject-9")->role, Role::admin);
  EXPECT_EQ(administrators(), 3);
  EXPECT_EQ(come("s3", {{"groups", Json::Array{"adminsx"}}})->role, Role::member);
  EXPECT_EQ(come("s4", {{"email", "fake@example.org"}, {"email_verified", false}})->role, Role::member);
  EXPECT_EQ(come("known")->role, Role::admin);
  EXPECT_EQ(administrators(), 3);
}

TEST_F(OutsidePeopleTest, WhereSignUpIsOffOnlyTheKnownAndTheNamedComeIn) {
  ASSERT_TRUE(come("s1"));
  switch_signup(false);
  follow({.admins = {"root"}, .required_claim = {}});
  EXPECT_TRUE(come("s1"));
  EXPECT_TRUE(come("root"));
  const auto stranger = come("s2");
  ASSERT_FALSE(stranger);
  EXPECT_EQ(stranger.error().code, ErrorCode::forbidden);
  EXPECT_EQ(stranger.error().type, "not_admitted");
  switch_signup(true);
  EXPECT_TRUE(come("s2"));
}

TEST_F(OutsidePeopleTest, UntilSomebodyMovesTheSwitchItIsWhereTheInstallationPutIt) {
  follow({.admins = {"root"}, .required_claim = {}, .open_at_first = false});
  EXPECT_EQ(come("s1").error().type, "not_admitted");
  EXPECT_TRUE(come("root"));
  switch_signup(true);
  EXPECT_TRUE(come("s1"));
}

TEST_F(OutsidePeopleTest, ForWhomTheIssuerHasDecidedTheSwitchDoesNot) {
  follow({.admins = {}, .required_claim = {}, .open_at_first = false, .vouched = [](const Claims& claims) { return claims.text("username").starts_with("Corp_"); }});
  EXPECT_TRUE(come("s1", {{"username", "Corp_ann"}}));
  EXPECT_EQ(come("s2", {{"username", "google_1"}}).error().type, "not_admitted");
  switch_signup(false);
  EXPECT_TRUE(come("s3", {{"username", "Corp_eve"}}));
}

TEST_F(OutsidePeopleTest, AClaimThatIsRequiredIsRequiredOfEachRequest) {
  follow({.admins = {"s1"}, .required_claim = "groups=satchel"});
  EXPECT_TRUE(come("s1", {{"groups", Json::Array{"satchel"}}}));
  EXPECT_EQ(come("s1").error().type, "not_admitted");
  EXPECT_EQ(come("s1", {{"groups", "other"}}).error().type, "not_admitted");
}

TEST_F(OutsidePeopleTest, DisablingEndsWhatWasHandedOutAlsoAfterItIsTakenBack) {
  const User user = come("s1").value();
  OutsideDirectory directory(std::string(kIssuer), *table_, *vault_, random_);
  const std::string before = token("s1");
  clock_.advance(std::chrono::seconds{2});
  ASSERT_TRUE(directory.set_disabled(now(), user.id, true));
  EXPECT_EQ(come("s1").error().code, ErrorCode::unauthenticated);
  ASSERT_TRUE(directory.set_disabled(now(), user.id, false));
  clock_.advance(std::chrono::seconds{2});
  EXPECT_EQ(present(before).error().type, "invalid_token");
  EXPECT_TRUE(come("s1"));
}

TEST_F(OutsidePeopleTest, InvitationsAndPasswordsAreTheIssuersAndItIsNamed) {
  OutsideDirectory directory(std::string(kIssuer), *table_, *vault_, random_);
  const auto invited = directory.invite(now(), "a@example.org", "A", Role::member);
  ASSERT_FALSE(invited);
  EXPECT_EQ(invited.error().code, ErrorCode::unsupported);
  EXPECT_TRUE(invited.error().message.contains(kIssuer));
  EXPECT_EQ(directory.start_reset(now(), UserId("x")).error().code, ErrorCode::unsupported);
  const User user = come("s1").value();
  EXPECT_EQ(directory.find(now(), user.id).value()->id, user.id);
  table_->settle();
  EXPECT_EQ(directory.list(now(), 10, "").value().people.size(), 1U);
}

TEST_F(OutsidePeopleTest, FirstRequestsAtOnceMakeOnePerson) {
  std::vector<std::string> ids(8);
  {
    std::vector<std::jthread> threads;
    for (auto& id : ids) threads.emplace_back([&, text = token("s1", {{"email", "a@example.org"}, {"email_verified", true}})] { id = present(text).value().id.str(); });
  }
  for (const auto& id : ids) EXPECT_EQ(id, ids[0]);
  table_->settle();
  EXPECT_EQ(OutsideDirectory(std::string(kIssuer), *table_, *vault_, random_).list(now(), 100, "").value().people.size(), 1U);
}

TEST_F(OutsidePeopleTest, WhoeverAsksAgainIsOnePersonWhateverTheTableDoes) {
  for (std::uint64_t seed = 1; seed <= 40; ++seed) {
    table_ = memory_table({.seed = seed, .conflict = 30, .unknown = 30});
    follow({.admins = {"s1"}, .required_claim = {}});
    Result<User> user = come("s1", {{"email", "a@example.org"}, {"email_verified", true}});
    for (int again = 0; !user && again < 100; ++again) user = come("s1", {{"email", "a@example.org"}, {"email_verified", true}});
    ASSERT_TRUE(user) << seed << user.error().message;
    table_->be_kind();
    EXPECT_EQ(come("s1")->id, user->id);
    EXPECT_EQ(administrators(), 1) << seed;
    int people = 0, spaces = 0;
    for (const Item& item : table_->items()) {
      people += item.key.sort == "PROFILE";
      spaces += item.key.sort == "QUOTA";
    }
    EXPECT_EQ(people, 1) << seed;
    EXPECT_EQ(spaces, 1) << seed;
  }
}

TEST(RowsBesideOutsideIssuer, NothingAnswersUnderAuth) {
  for (const Row& row : rows_beside_outside_issuer()) {
    const auto* route = std::get_if<Route>(&row.trigger);
    EXPECT_FALSE(route && route->path.starts_with("/auth")) << row.name;
  }
  EXPECT_EQ(rows_beside_outside_issuer().size(), 3U);  // two of settings, and the sweep
}

}  // namespace
}  // namespace satchel::identity
