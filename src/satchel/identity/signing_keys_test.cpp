// SPDX-License-Identifier: Apache-2.0
#include "satchel/identity/signing_keys.hpp"

#include <gtest/gtest.h>

#include <thread>

#include "satchel/memory/clock.hpp"
#include "satchel/memory/random.hpp"
#include "satchel/memory/table.hpp"
#include "satchel/memory/vault.hpp"
#include "satchel/model/keys.hpp"

namespace satchel::identity {
namespace {

using std::chrono::days;

class SigningKeysTest : public testing::Test {
 protected:
  Call now() const { return {clock_.now(), clock_.now() + std::chrono::seconds{20}}; }
  Result<void> tend(const SigningKeys& keys) { return keys.tend(now(), TableWriter(*table_, {Family::key}), random_); }
  std::string signer() const { return SigningKeys(*table_, *vault_).signer(now()).value().kid; }
  std::size_t published() const { return SigningKeys(*table_, *vault_).jwks(now()).value().find("keys")->as<Json::Array>()->size(); }

  ManualClock clock_;
  SeededRandom random_{1};
  std::unique_ptr<MemoryTable> table_ = memory_table();
  std::unique_ptr<Vault> vault_ = memory_vault();
  SigningKeys keys_{*table_, *vault_};
};

TEST_F(SigningKeysTest, WithoutAKeyNobodyCanSign) {
  EXPECT_EQ(keys_.signer(now()).error().code, ErrorCode::unavailable);
  EXPECT_FALSE(keys_.find(now(), "any").value());
}

TEST_F(SigningKeysTest, TheFirstKeyIsMadeOnceByHoweverMany) {
  {
    std::vector<std::jthread> starts;
    for (int i = 0; i < 3; ++i) starts.emplace_back([this] { EXPECT_TRUE(tend(SigningKeys(*table_, *vault_))); });
  }
  EXPECT_EQ(published(), 1u);
  ASSERT_TRUE(tend(keys_));
  EXPECT_EQ(published(), 1u);
  EXPECT_TRUE(keys_.find(now(), signer()).value());
}

TEST_F(SigningKeysTest, TheNextKeyIsPublishedADayBeforeItSignsAndTheOldOneKeptAWhile) {
  ASSERT_TRUE(tend(keys_));
  const std::string first = signer();
  clock_.advance(days{89} - std::chrono::milliseconds{1});
  ASSERT_TRUE(tend(keys_));
  EXPECT_EQ(published(), 1u);
  clock_.advance(std::chrono::milliseconds{1});
  ASSERT_TRUE(tend(keys_));
  EXPECT_EQ(published(), 2u);
  EXPECT_EQ(signer(), first) << "published, and does not sign yet";
  clock_.advance(days{1});
  const std::string second = signer();
  EXPECT_NE(second, first);
  EXPECT_TRUE(keys_.find(now(), first).value()) << "what the old one signed is still good";
  clock_.advance(days{7});
  ASSERT_TRUE(tend(keys_));
  EXPECT_EQ(published(), 1u);
  EXPECT_EQ(signer(), second);
}

TEST_F(SigningKeysTest, AKeyThatIsPreparedLateStillGetsItsDay) {
  ASSERT_TRUE(tend(keys_));
  const std::string first = signer();
  clock_.advance(days{200});
  ASSERT_TRUE(tend(keys_));
  EXPECT_EQ(signer(), first);
  clock_.advance(days{1});
  EXPECT_NE(signer(), first);
}

// D-11
TEST_F(SigningKeysTest, D11ARemovedKeyIsRefusedAMinuteLater) {
  ASSERT_TRUE(tend(keys_));
  const std::string kid = signer();
  ASSERT_TRUE(keys_.find(now(), kid).value());
  ASSERT_TRUE(table_->write(now(), {Delete{keys::signing_key(kid), {}}}));
  clock_.advance(std::chrono::minutes{1});
  EXPECT_FALSE(keys_.find(now(), kid).value());
}

/// Counts queries, and fails where told.
class WatchedTable final : public TableReader {
 public:
  explicit WatchedTable(const TableReader& inner) : inner_(&inner) {}
  Result<std::optional<Item>> get(const Call& call, const Key& key) const override {
    if (broken) return fail(ErrorCode::unavailable, "The table does not answer.");
    return inner_->get(call, key);
  }
  Result<std::vector<std::optional<Item>>> batch_get(const Call& call, const std::vector<Key>& keys) const override { return inner_->batch_get(call, keys); }
  Result<Page> query(const Call& call, const Query& query) const override { return ++queries, inner_->query(call, query); }
  mutable int queries = 0;
  bool broken = false;

 private:
  const TableReader* inner_;
};

TEST_F(SigningKeysTest, StrangersKidsDoNotReachTheTableEachTime) {
  ASSERT_TRUE(tend(keys_));
  const WatchedTable watched(*table_);
  const SigningKeys keys(watched, *vault_);
  for (int i = 0; i < 100; ++i) EXPECT_FALSE(keys.find(now(), "kid" + std::to_string(i)).value());
  EXPECT_EQ(watched.queries, 1);
  clock_.advance(std::chrono::seconds{5});
  for (int i = 0; i < 100; ++i) EXPECT_FALSE(keys.find(now(), "kid" + std::to_string(i)).value());
  EXPECT_EQ(watched.queries, 2);
}

TEST_F(SigningKeysTest, ATableThatDoesNotAnswerSignsNobodyOutAtOnce) {
  ASSERT_TRUE(tend(keys_));
  const std::string kid = signer();
  WatchedTable watched(*table_);
  const SigningKeys keys(watched, *vault_);
  ASSERT_TRUE(keys.find(now(), kid).value());
  watched.broken = true;
  clock_.advance(std::chrono::minutes{9});
  EXPECT_TRUE(keys.find(now(), kid).value());
  clock_.advance(std::chrono::minutes{1});
  EXPECT_EQ(keys.find(now(), kid).error().code, ErrorCode::unavailable);
}

TEST_F(SigningKeysTest, AnotherMasterKeyOpensNothing) {
  ASSERT_TRUE(tend(keys_));
  const auto other = vault_over(std::string(32, 'k'));
  EXPECT_EQ(SigningKeys(*table_, *other).signer(now()).error().code, ErrorCode::internal);
  for (const Item& item : table_->items()) EXPECT_FALSE(item.text("sealed").contains("PRIVATE"));
}

}  // namespace
}  // namespace satchel::identity
