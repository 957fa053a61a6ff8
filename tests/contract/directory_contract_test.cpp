// SPDX-License-Identifier: Apache-2.0
// What every Directory promises.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <functional>
#include <set>

#include "satchel/identity/accounts.hpp"
#include "satchel/identity/directory.hpp"
#include "satchel/memory/clock.hpp"
#include "satchel/memory/directory.hpp"
#include "satchel/memory/random.hpp"
#include "satchel/memory/table.hpp"
#include "satchel/memory/vault.hpp"

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

class DirectoryContract : public testing::TestWithParam<DirectoryAdapter> {
 protected:
  Call now() const { return {clock_.now(), clock_.now() + std::chrono::seconds{10}}; }
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
  EXPECT_GE(invitation.token.size(), 22u);
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
  EXPECT_NE(first.token, second.token);
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
  EXPECT_EQ(reset.expires, clock_.now() + std::chrono::minutes{15});
  EXPECT_NE(directory_.start_reset(now(), ann.id).value().token, reset.token);
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

INSTANTIATE_TEST_SUITE_P(Adapters, DirectoryContract, testing::Values(DirectoryAdapter{"Memory", in_memory}, DirectoryAdapter{"BuiltIn", built_in}),
                         [](const auto& test) { return test.param.name; });

}  // namespace
}  // namespace satchel::contract
