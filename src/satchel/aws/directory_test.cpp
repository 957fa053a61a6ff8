// SPDX-License-Identifier: Apache-2.0
// What the contract cannot see: in which order table and pool hear of a person, and what happens where one of them fails in between.
#include "satchel/aws/directory.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <map>

#include "satchel/aws/imposter.hpp"
#include "satchel/memory/clock.hpp"
#include "satchel/memory/directory.hpp"
#include "satchel/memory/random.hpp"
#include "satchel/memory/table.hpp"
#include "satchel/model/keys.hpp"

namespace satchel::aws {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

const std::string kIssuer = "https://cognito-idp.eu-central-1.amazonaws.com/eu-central-1_Pool";

class CognitoDirectoryTest : public testing::Test {
 protected:
  Reply answer(const Asked& asked) {
    std::string operation = asked.field("x-amz-target");
    operation.erase(0, operation.find('.') + 1);
    const Json body = Json::parse(asked.body).value();
    const std::string action = text_in(body, "MessageAction");
    if (!action.empty()) operation += ":" + action;
    // Whether the subject is bound when the pool hears of it: it must be before a mail goes out.
    const auto bound = table_->get(call(), keys::federated(kIssuer, "sub-1")).value();
    said_.push_back(operation + (bound ? " bound" : ""));
    if (operation == failing_) return {.status = 400, .body = R"({"__type":"InternalErrorException"})"};
    const Json attributes(Json::Array{Json::object({{"Name", "sub"}, {"Value", "sub-1"}}), Json::object({{"Name", "email"}, {"Value", "bob@example.org"}})});
    const Json user = Json::object({{"Username", "sub-1"}, {"Attributes", attributes}, {"Enabled", enabled_}, {"UserStatus", status_}});
    if (operation == "ListUsers") return {.body = Json::object({{"Users", there_ ? Json(Json::Array{user}) : Json::array()}}).text()};
    if (operation == "AdminCreateUser:SUPPRESS") there_ = true;
    if (operation == "AdminDisableUser") enabled_ = false;
    if (operation.starts_with("AdminCreateUser")) return {.body = Json::object({{"User", user}}).text()};
    return {.body = "{}"};
  }
  std::unique_ptr<Directory> directory() {
    return cognito_directory(people_, kIssuer, {.endpoint = pool_.url(), .region = "eu-central-1", .pool = "eu-central-1_Pool", .credentials = fixed_credential({"AKID", "secret"})}, *table_, *real_, random_);
  }
  Call call() const { return {real_->now(), real_->now() + std::chrono::seconds{20}}; }
  std::vector<std::string> said() { return std::exchange(said_, {}); }
  UserId bob() { return people_.find_by_email(call(), "bob@example.org").value()->id; }

  std::unique_ptr<Clock> real_ = system_clock();
  SeededRandom random_{1};
  MemoryDirectory people_{random_};
  std::unique_ptr<MemoryTable> table_ = memory_table();
  bool there_ = false, enabled_ = true;
  std::string status_ = "FORCE_CHANGE_PASSWORD", failing_;
  std::vector<std::string> said_;
  Imposter pool_{[this](const Asked& asked) { return answer(asked); }};
};

TEST_F(CognitoDirectoryTest, ASubjectIsBoundBeforeTheMailGoesOut) {
  ASSERT_TRUE(directory()->invite(call(), "Bob@example.org", "Bob", Role::member));
  EXPECT_THAT(said(), ElementsAre("ListUsers", "AdminCreateUser:SUPPRESS", "AdminCreateUser:RESEND bound"));
  EXPECT_EQ(table_->get(call(), keys::federated(kIssuer, "sub-1")).value()->text("user"), bob().str());
  EXPECT_EQ(table_->get(call(), keys::subject(bob())).value()->text("subject"), "sub-1");
}

TEST_F(CognitoDirectoryTest, InvitingAgainGoesOnWhereItBrokeOff) {
  for (const char* operation : {"AdminCreateUser:SUPPRESS", "AdminCreateUser:RESEND"}) {
    failing_ = operation;
    EXPECT_FALSE(directory()->invite(call(), "bob@example.org", "Bob", Role::member)) << operation;
  }
  failing_.clear();
  const UserId before = bob();
  EXPECT_TRUE(directory()->invite(call(), "bob@example.org", "Bob", Role::member));
  EXPECT_EQ(bob(), before);
}

TEST_F(CognitoDirectoryTest, NobodyIsBoundByAnAddress) {
  there_ = true;
  for (const char* status : {"CONFIRMED", "UNCONFIRMED", "RESET_REQUIRED", "EXTERNAL_PROVIDER"}) {
    status_ = status;
    EXPECT_EQ(directory()->invite(call(), "bob@example.org", "Bob", Role::admin).error().type, "address_taken") << status;
  }
  EXPECT_FALSE(people_.find_by_email(call(), "bob@example.org").value()) << "and nobody was made";
}

TEST_F(CognitoDirectoryTest, ASubjectThatIsSomebodyElseStaysSo) {
  Item map{keys::federated(kIssuer, "sub-1"), {}};
  map.set("user", std::string("somebody"));
  ASSERT_TRUE(table_->write(call(), {Put{map, {}}}));
  EXPECT_EQ(directory()->invite(call(), "bob@example.org", "Bob", Role::member).error().type, "address_taken");
  EXPECT_EQ(table_->get(call(), map.key).value()->text("user"), "somebody");
}

TEST_F(CognitoDirectoryTest, DisablingCountsAtOnceAndIsToldToThePoolWhenItListens) {
  ASSERT_TRUE(directory()->invite(call(), "bob@example.org", "Bob", Role::member));
  said();
  failing_ = "AdminDisableUser";
  EXPECT_FALSE(directory()->set_disabled(call(), bob(), true));
  EXPECT_TRUE(people_.find(call(), bob()).value()->disabled);
  failing_.clear();
  said();
  EXPECT_TRUE(directory()->set_disabled(call(), bob(), true));
  EXPECT_THAT(said(), ElementsAre("ListUsers bound", "AdminDisableUser bound", "AdminUserGlobalSignOut bound"));
  EXPECT_TRUE(directory()->set_disabled(call(), bob(), false));
  EXPECT_THAT(said(), ElementsAre("ListUsers bound", "AdminEnableUser bound"));
}

TEST_F(CognitoDirectoryTest, WhoCameByThemselvesIsDisabledInTheTable) {
  people_.add({.id = UserId("ann"), .email = "ann@example.org", .name = "Ann"});
  EXPECT_TRUE(directory()->set_disabled(call(), UserId("ann"), true).value().disabled);
  EXPECT_EQ(directory()->start_reset(call(), UserId("ann")).error().code, ErrorCode::unsupported);
  EXPECT_TRUE(said().empty());
}

TEST_F(CognitoDirectoryTest, AResetIsThePoolsAndVoidsWhatWasHandedOut) {
  ASSERT_TRUE(directory()->invite(call(), "bob@example.org", "Bob", Role::member));
  said();
  status_ = "CONFIRMED";
  EXPECT_TRUE(directory()->start_reset(call(), bob()));
  EXPECT_THAT(said(), ElementsAre("ListUsers bound", "AdminResetUserPassword bound", "AdminUserGlobalSignOut bound"));
  status_ = "EXTERNAL_PROVIDER";
  EXPECT_THAT(directory()->start_reset(call(), bob()).error().message, HasSubstr("another provider"));
}

TEST(UserPoolOf, KnowsPoolsFromOtherIssuers) {
  const auto with = [](std::map<std::string, std::string, std::less<>> values) -> Environment {
    return [values = std::move(values)](std::string_view name) {
      const auto found = values.find(name);
      return found == values.end() ? std::nullopt : std::optional(found->second);
    };
  };
  const auto pool = user_pool_of(kIssuer, with({})).value();
  ASSERT_TRUE(pool);
  EXPECT_EQ(pool->pool, "eu-central-1_Pool");
  EXPECT_EQ(pool->region, "eu-central-1");
  EXPECT_EQ(pool->endpoint, "https://cognito-idp.eu-central-1.amazonaws.com");
  for (const char* other : {"https://login.example.org/realms/satchel_users", "https://login.example.org/eu-central-1_Pool", "https://cognito-idp.eu-central-1.amazonaws.com/", "https://cognito-idp.x/a_b/c", "nothing"}) {
    EXPECT_FALSE(user_pool_of(other, with({})).value()) << other;
  }
  const auto own = user_pool_of("http://127.0.0.1:4566/us-east-1_Pool", with({{"AWS_ENDPOINT_URL_COGNITO_IDENTITY_PROVIDER", "http://127.0.0.1:4566"}})).value();
  ASSERT_TRUE(own);
  EXPECT_EQ(own->endpoint, "http://127.0.0.1:4566");
}

}  // namespace
}  // namespace satchel::aws
