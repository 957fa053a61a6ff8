// SPDX-License-Identifier: Apache-2.0
// What every Vault and every PasswordHasher promises.
#include <gtest/gtest.h>

#include <functional>

#include "satchel/base/clock.hpp"
#include "satchel/passwords/password_hasher.hpp"
#include "satchel/memory/vault.hpp"

namespace satchel::contract {
namespace {

Call soon() {
  const Time now = system_clock()->now();
  return {now, now + std::chrono::seconds{60}};
}

struct VaultAdapter {
  std::string name;
  std::function<std::unique_ptr<Vault>()> make;
};

class VaultContract : public testing::TestWithParam<VaultAdapter> {
 protected:
  std::unique_ptr<Vault> vault_ = GetParam().make();
};

TEST_P(VaultContract, HashesATokenTheSameForOnePurposeAndOtherwiseForAnother) {
  EXPECT_EQ(vault_->keyed_hash("link", "token"), vault_->keyed_hash("link", "token"));
  EXPECT_NE(vault_->keyed_hash("link", "token"), vault_->keyed_hash("api token", "token"));
  EXPECT_NE(vault_->keyed_hash("link", "token"), vault_->keyed_hash("link", "tokem"));
  EXPECT_EQ(vault_->keyed_hash("link", "token").size(), 43u);
}

TEST_P(VaultContract, OpensWhatItSealedOnlyForThePurposeAndRecordItWasSealedFor) {
  const std::string sealed = vault_->seal("totp", "secret", "user-1");
  EXPECT_NE(sealed, vault_->seal("totp", "secret", "user-1")) << "each seal has a nonce of its own";
  EXPECT_EQ(vault_->open("totp", sealed, "user-1"), "secret");
  EXPECT_FALSE(vault_->open("totp", sealed, "user-2"));
  EXPECT_FALSE(vault_->open("keys", sealed, "user-1"));
  std::string damaged = sealed;
  damaged[damaged.size() / 2] = damaged[damaged.size() / 2] == 'A' ? 'B' : 'A';
  EXPECT_FALSE(vault_->open("totp", damaged, "user-1"));
  EXPECT_FALSE(vault_->open("totp", "", "user-1"));
  EXPECT_FALSE(vault_->open("totp", "not base64url!", "user-1"));
  EXPECT_EQ(vault_->open("totp", vault_->seal("totp", "", "user-1"), "user-1"), "");
}

INSTANTIATE_TEST_SUITE_P(Adapters, VaultContract, testing::Values(VaultAdapter{"Memory", memory_vault}),
                         [](const auto& test) { return test.param.name; });

struct HasherAdapter {
  std::string name;
  std::function<std::unique_ptr<PasswordHasher>()> make;
};

class PasswordHasherContract : public testing::TestWithParam<HasherAdapter> {
 protected:
  std::unique_ptr<PasswordHasher> hasher_ = GetParam().make();
};

TEST_P(PasswordHasherContract, FitsThePasswordItWasMadeOfAndNoOther) {
  const std::string hash = hasher_->hash(soon(), "correct horse battery").value();
  EXPECT_EQ(hasher_->verify(soon(), hash, "correct horse battery").value(), true);
  EXPECT_EQ(hasher_->verify(soon(), hash, "correct horse batterz").value(), false);
  EXPECT_EQ(hasher_->verify(soon(), hash, "").value(), false);
  EXPECT_EQ(hash.find("correct"), std::string::npos);
}

TEST_P(PasswordHasherContract, NeverFitsAnEmptyOrForeignHash) {
  for (const char* hash : {"", "$", "$argon2id$", "plain text", "$2b$12$abcdefghijklmnopqrstuv"}) {
    EXPECT_EQ(hasher_->verify(soon(), hash, "password").value(), false) << hash;
    EXPECT_EQ(hasher_->verify(soon(), hash, "").value(), false) << hash;
  }
}

TEST_P(PasswordHasherContract, RefusesMoreThanAThousandAndTwentyFourBytes) {
  EXPECT_TRUE(hasher_->hash(soon(), std::string(1024, 'x')));
  EXPECT_EQ(hasher_->hash(soon(), std::string(1025, 'x')).error().code, ErrorCode::invalid);
}

TEST_P(PasswordHasherContract, TakesEveryByteOfThePassword) {
  const std::string with_nul("pass\0word", 9);
  const std::string hash = hasher_->hash(soon(), with_nul).value();
  EXPECT_EQ(hasher_->verify(soon(), hash, "pass").value(), false);
  EXPECT_EQ(hasher_->verify(soon(), hash, with_nul).value(), true);
}

std::unique_ptr<PasswordHasher> argon2() {
  static const auto clock = system_clock();
  static const auto random = system_random();
  return argon2_password_hasher({.memory_kib = 1024, .passes = 1}, *clock, *random);  // the form is the same at any size
}

INSTANTIATE_TEST_SUITE_P(Adapters, PasswordHasherContract,
                         testing::Values(HasherAdapter{"Memory", memory_password_hasher}, HasherAdapter{"Argon2", argon2}),
                         [](const auto& test) { return test.param.name; });

}  // namespace
}  // namespace satchel::contract
