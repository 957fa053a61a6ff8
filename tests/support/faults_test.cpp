// SPDX-License-Identifier: Apache-2.0
// The harness itself: each mode does to each port what it says, and nothing else.
#include "tests/support/faults.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "satchel/memory/clock.hpp"
#include "satchel/memory/directory.hpp"
#include "satchel/memory/mailer.hpp"
#include "satchel/memory/object_store.hpp"
#include "satchel/memory/random.hpp"
#include "satchel/memory/table.hpp"
#include "satchel/memory/vault.hpp"

namespace satchel {
namespace {

class FaultsTest : public testing::Test {
 protected:
  static constexpr auto kPut = [] { return Transaction{Put{{{"p", "s"}, {}}, {}}}; };
  Call call_;
  Faults faults_;
  std::unique_ptr<MemoryTable> table_ = memory_table();
  FaultyTable faulty_{*table_, faults_};
};

TEST_F(FaultsTest, CountAndNameEveryCall) {
  EXPECT_TRUE(faulty_.write(call_, kPut()));
  EXPECT_TRUE(faulty_.get(call_, {"p", "s"}));
  EXPECT_TRUE(faulty_.query(call_, {.partition = "p"}));
  EXPECT_TRUE(faulty_.batch_get(call_, {}));
  EXPECT_THAT(faults_.trace(), testing::ElementsAre("table.write", "table.get", "table.query", "table.batch_get"));
}

TEST_F(FaultsTest, HaveTheEffectThatTheModeSays) {
  for (const FaultMode mode : kFaultModes) {
    table_ = memory_table();
    FaultyTable faulty(*table_, faults_);
    faults_.reset();
    faults_.arm(2, mode);
    EXPECT_TRUE(faulty.get(call_, {"p", "s"}));
    EXPECT_FALSE(faults_.spent());
    bool crashed = false;
    try {
      EXPECT_EQ(faulty.write(call_, kPut()).error().code, ErrorCode::unavailable);
    } catch (const Crash& crash) {
      crashed = true;
      EXPECT_EQ(crash.call, "table.write");
    }
    EXPECT_EQ(crashed, mode == FaultMode::crash_before || mode == FaultMode::crash_after) << to_string(mode);
    EXPECT_EQ(table_->items().size(), mode == FaultMode::crash_after || mode == FaultMode::unknown ? 1u : 0u) << to_string(mode);
    EXPECT_TRUE(faults_.spent());
    EXPECT_TRUE(faulty.write(call_, kPut())) << "once";
  }
}

TEST_F(FaultsTest, MayHitARecoveryToo) {
  faults_.arm(1, FaultMode::fail_once);
  faults_.arm(2, FaultMode::unknown);
  EXPECT_FALSE(faulty_.write(call_, kPut()));
  EXPECT_TRUE(table_->items().empty());
  EXPECT_FALSE(faulty_.write(call_, kPut()));
  EXPECT_EQ(table_->items().size(), 1u);
  EXPECT_TRUE(faulty_.write(call_, kPut()));
}

/// Every method of every port, once.
void use_every_port(Faults& faults) {
  const Call call;
  ManualClock clock;
  SeededRandom random(1);
  const auto store = memory_object_store(clock, random);
  MemoryDirectory people(random);
  MemoryMailer mail;
  const auto hasher = memory_password_hasher();
  FaultyObjectStore objects(*store, faults);
  FaultyDirectory directory(people, faults);
  FaultyMailer mailer(mail, faults);
  FaultyPasswordHasher passwords(*hasher, faults);
  const Resource entry{EntryId("e"), {}, SpaceId("s"), UserId("u")};
  const ObjectKey key("blobs/ab/x");
  (void)objects.sign_upload(call, *decide(System{}, Action::add, entry, {}), {key, 1});
  (void)objects.sign_part(call, *decide(System{}, Action::add, entry, {}), {key, "upload", 1, 1});
  (void)objects.sign_download(call, *decide(System{}, Action::read, entry, {}), {key});
  const std::string upload = objects.begin(call, key, ChecksumAlgorithm::crc32c).value_or("");
  (void)objects.list_parts(call, key, upload, 0);
  (void)objects.complete(call, {key, upload});
  (void)objects.abort(call, key, upload);
  (void)objects.head(call, key);
  (void)objects.remove(call, key);
  (void)objects.receive(call, 1);
  (void)objects.acknowledge(call, {});
  (void)directory.invite(call, "ann@example.org", "Ann", Role::admin);
  (void)directory.find(call, UserId("u"));
  (void)directory.find_by_email(call, "ann@example.org");
  (void)directory.list(call, 10, "");
  (void)directory.start_reset(call, UserId("u"));
  (void)directory.set_disabled(call, UserId("u"), true);
  (void)directory.set_role(call, UserId("u"), Role::admin);
  (void)mailer.send(call, {"ann@example.org", "Hello", ""});
  (void)passwords.hash(call, "password");
  (void)passwords.verify(call, "", "password");
}

TEST_F(FaultsTest, ReachEveryMethodOfEveryPort) {
  use_every_port(faults_);
  const auto calls = faults_.trace();
  ASSERT_EQ(calls.size(), 21u);
  for (std::size_t n = 1; n <= calls.size(); ++n) {
    faults_.reset();
    faults_.arm(n, FaultMode::crash_before);
    try {
      use_every_port(faults_);
      ADD_FAILURE() << calls[n - 1] << " did not crash";
    } catch (const Crash& crash) {
      EXPECT_EQ(crash.call, calls[n - 1]);
    }
  }
}

}  // namespace
}  // namespace satchel
