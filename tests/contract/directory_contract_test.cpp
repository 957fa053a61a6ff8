// SPDX-License-Identifier: Apache-2.0
// What every Directory promises.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <functional>
#include <map>
#include <set>

#include "satchel/aws/directory.hpp"
#include "satchel/aws/imposter.hpp"
#include "satchel/identity/accounts.hpp"
#include "satchel/identity/directory.hpp"
#include "satchel/memory/clock.hpp"
#include "satchel/memory/directory.hpp"
#include "satchel/memory/random.hpp"
#include "satchel/memory/table.hpp"
#include "satchel/memory/vault.hpp"
#include "satchel/model/keys.hpp"
#include "satchel/model/name.hpp"
#include "tests/contract/engines.hpp"

namespace satchel::contract {
namespace {

/// A directory and a way to have a person in it who has signed in before.
struct People {
  std::shared_ptr<void> below;
  std::unique_ptr<Directory> directory;
  std::function<User(const Call&, std::string_view email, Role)> add;
};

struct DirectoryAdapter {
  std::string name;
  std::function<People()> make;
  /// The directory mails by itself: there is no token to show, and a reset lasts as long as its code.
  bool tells_itself = false;
};

People in_memory() {
  auto random = std::make_shared<SeededRandom>(1);
  auto directory = std::make_unique<MemoryDirectory>(*random);
  auto* people = directory.get();
  const auto add = [people, random](const Call& call, std::string_view email, Role role) {
    const User user = identity::new_user(call, *random, email, "Somebody", role);
    people->add(user);
    return user;
  };
  return {random, std::move(directory), add};
}

People built_in() {
  struct Below {
    SeededRandom random{1};
    std::unique_ptr<MemoryTable> table = memory_table();
    std::unique_ptr<Vault> vault = memory_vault();
  };
  auto below = std::make_shared<Below>();
  auto directory = std::make_unique<identity::AccountDirectory>(*below->table, *below->vault, below->random, 1000);
  const auto add = [below](const Call& call, std::string_view email, Role role) {
    return identity::add_account(*below->table, call, below->random, email, "Somebody", role, "hash", 1000).value();
  };
  return {below, std::move(directory), add};
}

/// A user pool as far as Satchel asks for one, so that the adapter runs where no engine does. Its users are named by their subject, and
/// by their address when they are made.
class FakePool {
 public:
  std::string url() const { return imposter_.url(); }

 private:
  struct Member {
    std::string subject, status = "FORCE_CHANGE_PASSWORD";
    bool enabled = true;
  };

  aws::Reply answer(const aws::Asked& asked) {
    const Json body = Json::parse(asked.body).value();
    const std::string operation = asked.field("x-amz-target").substr(std::string_view("AWSCognitoIdentityProviderService.").size());
    const std::string username = aws::text_in(body, "Username");
    if (operation == "CreateUserPool") return {.body = R"({"UserPool":{"Id":"us-east-1_Fake"}})"};
    if (operation == "ListUsers") return list(aws::text_in(body, "Filter"));
    const auto found = std::ranges::find_if(members_, [&](const auto& entry) { return entry.first == username || entry.second.subject == username; });
    const bool resend = aws::text_in(body, "MessageAction") == "RESEND";
    if (operation == "AdminCreateUser" && !username.contains('@')) return refusal("InvalidParameterException");
    if (operation == "AdminCreateUser" && !resend) {
      if (found != members_.end()) return refusal("UsernameExistsException");
      members_[username].subject = "sub-" + std::to_string(members_.size());
      return {.body = Json::object({{"User", shown(username)}}).text()};
    }
    if (found == members_.end()) return refusal("UserNotFoundException");
    if (resend && found->second.status != "FORCE_CHANGE_PASSWORD") return refusal("UnsupportedUserStateException");
    if (operation == "AdminResetUserPassword" && found->second.status == "FORCE_CHANGE_PASSWORD") return refusal("NotAuthorizedException");
    if (operation == "AdminSetUserPassword") found->second.status = "CONFIRMED";
    if (operation == "AdminEnableUser" || operation == "AdminDisableUser") found->second.enabled = operation == "AdminEnableUser";
    return {.body = resend ? Json::object({{"User", shown(found->first)}}).text() : "{}"};
  }
  aws::Reply list(const std::string& filter) const {
    Json users = Json::array();
    for (const auto& [email, member] : members_) {
      if (filter == "email = \"" + email + "\"" || filter == "sub = \"" + member.subject + "\"") users.push(shown(email));
    }
    return {.body = Json::object({{"Users", users}}).text()};
  }
  Json shown(const std::string& email) const {
    const Member& member = members_.at(email);
    const Json attributes(Json::Array{Json::object({{"Name", "sub"}, {"Value", member.subject}}), Json::object({{"Name", "email"}, {"Value", email}})});
    return Json::object({{"Username", member.subject}, {"Attributes", attributes}, {"UserStatus", member.status}, {"Enabled", member.enabled}});
  }
  static aws::Reply refusal(const std::string& type) { return {.status = 400, .body = Json::object({{"__type", type}}).text()}; }

  std::map<std::string, Member> members_;
  aws::Imposter imposter_{[this](const aws::Asked& asked) { return answer(asked); }};
};

/// On the pool that an engine makes for each test; `fake` lives as long as the directory.
People on_cognito(const std::string& endpoint, std::shared_ptr<FakePool> fake = {}) {
  struct Below {
    std::shared_ptr<FakePool> fake;
    std::unique_ptr<Clock> clock = system_clock();
    SeededRandom random{1};
    std::unique_ptr<MemoryTable> table = memory_table();
    std::unique_ptr<Vault> vault = memory_vault();
    std::unique_ptr<identity::AccountDirectory> accounts = std::make_unique<identity::AccountDirectory>(*table, *vault, random, 1000);
  };
  auto below = std::make_shared<Below>();
  below->fake = std::move(fake);
  aws::CognitoOptions options{.endpoint = endpoint, .region = "us-east-1", .pool = {}, .credentials = aws::fixed_credential({"test", "test"})};
  const auto engine = std::make_shared<aws::JsonClient>(aws::JsonService{.service = {"cognito-idp", options.endpoint, options.region, options.credentials},
                                                                         .target = "AWSCognitoIdentityProviderService", .version = "1.1", .subject = "the user pools",
                                                                         .setting = "the engine", .codes = {}}, *below->clock, below->random);
  // The engine's answers take real time, whatever the clock of a test says.
  const auto soon = [clock = below->clock.get()] { return clock->now() + std::chrono::seconds{20}; };
  const Json attributes(Json::Array{"email"});
  const Json made = engine->call({.operation = "CreateUserPool", .body = Json::object({{"PoolName", "people"}, {"UsernameAttributes", attributes}, {"AutoVerifiedAttributes", attributes}})}, soon()).value();
  options.pool = aws::text_in(*made.find("UserPool"), "Id");
  const std::string issuer = "https://cognito-idp.us-east-1.amazonaws.com/" + options.pool;
  const auto pool = std::make_shared<aws::CognitoClient>(options, *below->clock, below->random);
  const auto add = [below, engine, pool, issuer, soon, id = options.pool](const Call& call, std::string_view email, Role role) {
    const User user = identity::add_account(*below->table, call, below->random, email, "Somebody", role, "hash", 1000).value();
    const auto member = pool->create(fold_email(email).value(), "Somebody", soon()).value();
    EXPECT_TRUE(engine->call({.operation = "AdminSetUserPassword",
                              .body = Json::object({{"UserPoolId", id}, {"Username", member.username}, {"Password", "Correct-Horse-1-Battery"}, {"Permanent", true}})}, soon()));
    Item map{keys::federated(issuer, member.subject), {}}, back{keys::subject(user.id), {}};
    for (Item* item : {&map, &back}) {
      item->set("user", user.id.str());
      item->set("issuer", issuer);
      item->set("subject", member.subject);
    }
    EXPECT_TRUE(below->table->write(call, {Put{map, {}}, Put{back, {}}}));
    return user;
  };
  auto directory = aws::cognito_directory(*below->accounts, issuer, options, *below->table, *below->clock, below->random);
  return {below, std::move(directory), add};
}

std::vector<DirectoryAdapter> cognito_adapters() {
  std::vector<DirectoryAdapter> adapters;
  for (const auto& [name, endpoint] : engines_in("SATCHEL_COGNITO")) {
    adapters.push_back({"CognitoOn" + name, [endpoint = endpoint] { return on_cognito(endpoint); }, true});
  }
  return adapters;
}

class DirectoryContract : public testing::TestWithParam<DirectoryAdapter> {
 protected:
  /// Until far away: an engine's answers are waited for by a clock that runs.
  Call now() const { return {clock_.now(), clock_.now() + std::chrono::days{3650}}; }
  User add(std::string_view email, Role role = Role::member) { return people_.add(now(), email, role); }

  ManualClock clock_;
  People people_ = GetParam().make();
  Directory& directory_ = *people_.directory;
};

TEST_P(DirectoryContract, FindsAPersonByIdAndByAnySpellingOfTheAddress) {
  const User ann = add("Ann@Example.org");
  EXPECT_EQ(directory_.find(now(), ann.id).value()->email, "Ann@Example.org");
  EXPECT_EQ(directory_.find_by_email(now(), "aNN@eXample.ORG").value()->id, ann.id);
  EXPECT_FALSE(directory_.find(now(), UserId("0000000000000000000000")).value());
  EXPECT_FALSE(directory_.find_by_email(now(), "bob@example.org").value());
  EXPECT_EQ(directory_.find_by_email(now(), "no address").error().code, ErrorCode::invalid);
}

TEST_P(DirectoryContract, AnInvitedPersonIsThereAndHasNotCome) {
  const auto invitation = directory_.invite(now(), "bob@example.org", "Bob", Role::admin).value();
  if (GetParam().tells_itself) {
    EXPECT_EQ(invitation.token, "");
  } else {
    EXPECT_GE(invitation.token.size(), 22u);
  }
  EXPECT_EQ(invitation.expires, clock_.now() + std::chrono::days{7});
  const User bob = directory_.find_by_email(now(), "bob@example.org").value().value();
  EXPECT_TRUE(bob.invited);
  EXPECT_EQ(bob.name, "Bob");
  EXPECT_EQ(bob.role, Role::admin);
  EXPECT_FALSE(bob.space.empty());
  EXPECT_FALSE(bob.root.empty());
}

TEST_P(DirectoryContract, InvitingAgainGivesANewInvitationToTheSamePerson) {
  const auto first = directory_.invite(now(), "bob@example.org", "Bob", Role::member).value();
  const UserId id = directory_.find_by_email(now(), "bob@example.org").value()->id;
  const auto second = directory_.invite(now(), "BOB@example.org", "Robert", Role::admin).value();
  EXPECT_TRUE(GetParam().tells_itself || first.token != second.token);
  const User bob = directory_.find_by_email(now(), "bob@example.org").value().value();
  EXPECT_EQ(bob.id, id);
  EXPECT_EQ(bob.name, "Robert") << "the later word counts";
  EXPECT_EQ(bob.role, Role::admin);
  ASSERT_TRUE(directory_.invite(now(), "bob@example.org", "", Role::member));
  EXPECT_EQ(directory_.find(now(), id).value()->name, "Robert");
  EXPECT_EQ(directory_.find(now(), id).value()->role, Role::member);
}

TEST_P(DirectoryContract, AnAddressThatIsTakenOrNoneIsRefused) {
  add("ann@example.org");
  EXPECT_EQ(directory_.invite(now(), "ANN@example.org", "Ann", Role::member).error().code, ErrorCode::conflict);
  EXPECT_EQ(directory_.invite(now(), "ann", "Ann", Role::member).error().code, ErrorCode::invalid);
}

TEST_P(DirectoryContract, AResetIsForSomebodyWhoIsThere) {
  const User ann = add("ann@example.org");
  const auto reset = directory_.start_reset(now(), ann.id).value();
  const Duration life = GetParam().tells_itself ? std::chrono::hours{1} : std::chrono::minutes{15};
  EXPECT_EQ(reset.expires, clock_.now() + life);
  const auto again = directory_.start_reset(now(), ann.id).value();
  EXPECT_TRUE(GetParam().tells_itself || again.token != reset.token);
  EXPECT_EQ(directory_.start_reset(now(), UserId("0000000000000000000000")).error().code, ErrorCode::not_found);
}

TEST_P(DirectoryContract, DisablingRaisesTheEpochOnceAndAChangeOfRoleDoesNot) {
  add("root@example.org", Role::admin);
  const User ann = add("ann@example.org");
  EXPECT_EQ(directory_.set_disabled(now(), ann.id, true).value().epoch, ann.epoch + 1);
  EXPECT_EQ(directory_.set_disabled(now(), ann.id, true).value().epoch, ann.epoch + 1) << "idempotent";
  EXPECT_TRUE(directory_.find(now(), ann.id).value()->disabled);
  EXPECT_FALSE(directory_.set_disabled(now(), ann.id, false).value().disabled);
  EXPECT_EQ(directory_.set_role(now(), ann.id, Role::admin).value().epoch, ann.epoch + 1);
  EXPECT_EQ(directory_.find(now(), ann.id).value()->role, Role::admin);
  EXPECT_EQ(directory_.set_role(now(), UserId("0000000000000000000000"), Role::admin).error().code, ErrorCode::not_found);
  EXPECT_EQ(directory_.set_disabled(now(), UserId("0000000000000000000000"), true).error().code, ErrorCode::not_found);
}

TEST_P(DirectoryContract, TheLastAdministratorStays) {
  const User ann = add("ann@example.org", Role::admin);
  EXPECT_EQ(directory_.set_disabled(now(), ann.id, true).error().type, "last_administrator");
  EXPECT_EQ(directory_.set_role(now(), ann.id, Role::member).error().type, "last_administrator");
  ASSERT_TRUE(directory_.invite(now(), "bob@example.org", "Bob", Role::admin));
  EXPECT_EQ(directory_.set_role(now(), ann.id, Role::member).error().type, "last_administrator") << "who has not come does not count";
  const User carl = add("carl@example.org");
  ASSERT_TRUE(directory_.set_role(now(), carl.id, Role::admin));
  EXPECT_TRUE(directory_.set_disabled(now(), ann.id, true));
  EXPECT_EQ(directory_.set_role(now(), carl.id, Role::member).error().type, "last_administrator") << "who is disabled does not count";
  ASSERT_TRUE(directory_.set_disabled(now(), ann.id, false));
  EXPECT_TRUE(directory_.set_role(now(), carl.id, Role::member));
}

TEST_P(DirectoryContract, EverybodyIsListedOncePageByPage) {
  std::set<std::string> wanted, found;
  for (int i = 0; i < 25; ++i) wanted.insert(add("p" + std::to_string(i) + "@example.org").id.str());
  std::string cursor;
  int pages = 0;
  do {
    const PersonPage page = directory_.list(now(), 10, cursor).value();
    EXPECT_LE(page.people.size(), 10u);
    for (const User& user : page.people) EXPECT_TRUE(found.insert(user.id.str()).second) << "listed twice";
    cursor = page.cursor;
  } while (!cursor.empty() && ++pages < 100);
  EXPECT_EQ(found, wanted);
  EXPECT_EQ(directory_.list(now(), 0, "").error().code, ErrorCode::invalid);
}

TEST_P(DirectoryContract, ForOneWhoHasNotComeAResetIsAsGoodAsTheInvitation) {
  ASSERT_TRUE(directory_.invite(now(), "bob@example.org", "Bob", Role::member));
  const User bob = directory_.find_by_email(now(), "bob@example.org").value().value();
  EXPECT_TRUE(directory_.start_reset(now(), bob.id));
}

TEST_P(DirectoryContract, OneWhoHasNotComeCanBeDisabledAndEnabled) {
  add("root@example.org", Role::admin);
  ASSERT_TRUE(directory_.invite(now(), "bob@example.org", "Bob", Role::member));
  const User bob = directory_.find_by_email(now(), "bob@example.org").value().value();
  EXPECT_TRUE(directory_.set_disabled(now(), bob.id, true).value().disabled);
  EXPECT_FALSE(directory_.set_disabled(now(), bob.id, false).value().disabled);
}

INSTANTIATE_TEST_SUITE_P(Adapters, DirectoryContract,
                         testing::Values(DirectoryAdapter{"Memory", in_memory}, DirectoryAdapter{"BuiltIn", built_in}, DirectoryAdapter{"CognitoOnFake", [] {
                           auto fake = std::make_shared<FakePool>();
                           const std::string url = fake->url();
                           return on_cognito(url, std::move(fake));
                         }, true}),
                         [](const auto& test) { return test.param.name; });
INSTANTIATE_TEST_SUITE_P(Engines, DirectoryContract, testing::ValuesIn(cognito_adapters()), [](const auto& test) { return test.param.name; });
GTEST_ALLOW_UNINSTANTIATED_PARAMETERIZED_TEST(DirectoryContract);

}  // namespace
}  // namespace satchel::contract
