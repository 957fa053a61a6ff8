// SPDX-License-Identifier: Apache-2.0
// What is Argon2's own; what the port promises is tested in tests/contract/.
#include "satchel/passwords/password_hasher.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <atomic>
#include <latch>
#include <thread>
#include <vector>

#include "satchel/memory/clock.hpp"

namespace satchel {
namespace {

constexpr PasswordHasherOptions kSmall{.memory_kib = 64, .passes = 1, .lanes = 1};

class PasswordHasherTest : public testing::Test {
 protected:
  Call soon() const { return {clock_->now(), clock_->now() + std::chrono::seconds{30}}; }
  std::unique_ptr<Clock> clock_ = system_clock();
  std::unique_ptr<Random> random_ = system_random();
};

TEST_F(PasswordHasherTest, WritesItsParametersIntoTheHash) {
  const auto hasher = argon2_password_hasher({}, *clock_, *random_);
  const std::string hash = hasher->hash(soon(), "correct horse").value();
  EXPECT_TRUE(hash.starts_with("$argon2id$v=19$m=65536,t=3,p=1$")) << hash;
  EXPECT_NE(hash, hasher->hash(soon(), "correct horse").value()) << "each has a salt of its own";
}

TEST_F(PasswordHasherTest, TakesAHashOfOtherParametersAndSaysThatItIsNotOfToday) {
  const auto before = argon2_password_hasher(kSmall, *clock_, *random_);
  const auto today = argon2_password_hasher({.memory_kib = 128, .passes = 2}, *clock_, *random_);
  const std::string hash = before->hash(soon(), "correct horse").value();
  EXPECT_TRUE(today->verify(soon(), hash, "correct horse").value());
  EXPECT_FALSE(today->is_current(hash));
  EXPECT_TRUE(before->is_current(hash));
  EXPECT_TRUE(today->is_current(today->hash(soon(), "correct horse").value()));
}

TEST_F(PasswordHasherTest, FitsTheExampleOfTheReferenceImplementation) {
  // phc-winner-argon2, src/test.c
  const auto hasher = argon2_password_hasher(kSmall, *clock_, *random_);
  const std::string hash = "$argon2id$v=19$m=65536,t=2,p=1$c29tZXNhbHQ$CTFhFdXPJO1aFaMaO6Mm5c8y7cJHAph8ArZWb2GRPPc";
  EXPECT_TRUE(hasher->verify(soon(), hash, "password").value());
  EXPECT_FALSE(hasher->verify(soon(), hash, "passwore").value());
}

/// Holds whoever asks for a salt until it is let go.
class HoldingRandom final : public Random {
 public:
  void fill(std::span<std::byte> bytes) override {
    asked.count_down();
    go.wait();
    std::ranges::fill(bytes, std::byte{7});
  }
  std::latch asked{1}, go{1};
};

TEST_F(PasswordHasherTest, AFullQueueIsRefusedAtOnce) {
  HoldingRandom random;
  const auto hasher = argon2_password_hasher({.memory_kib = 64, .passes = 1, .lanes = 1, .at_once = 1, .queue = 0}, *clock_, random);
  std::jthread first([&] { EXPECT_TRUE(hasher->hash(soon(), "x")); });
  random.asked.wait();
  EXPECT_EQ(hasher->hash(soon(), "x").error().code, ErrorCode::too_many);
  EXPECT_EQ(hasher->verify(soon(), "", "x").error().code, ErrorCode::too_many);
  random.go.count_down();
}

TEST_F(PasswordHasherTest, AWaitEndsAtItsDeadline) {
  HoldingRandom random;
  const auto hasher = argon2_password_hasher({.memory_kib = 64, .passes = 1, .lanes = 1, .at_once = 1, .queue = 8}, *clock_, random);
  std::jthread first([&] { EXPECT_TRUE(hasher->hash(soon(), "x")); });
  random.asked.wait();
  EXPECT_EQ(hasher->hash({clock_->now(), clock_->now()}, "x").error().code, ErrorCode::too_many);
  random.go.count_down();
}

TEST_F(PasswordHasherTest, NoMoreThanAllowedRunAtOnce) {
  const auto hasher = argon2_password_hasher({.memory_kib = 1024, .passes = 1, .lanes = 1, .at_once = 2, .queue = 100}, *clock_, *random_);
  std::atomic<int> good = 0;
  {
    std::vector<std::jthread> threads;
    for (int i = 0; i < 16; ++i) {
      threads.emplace_back([&] {
        const auto hash = hasher->hash(soon(), "correct horse");
        if (hash && hasher->verify(soon(), *hash, "correct horse").value_or(false)) ++good;
      });
    }
  }
  EXPECT_EQ(good, 16);
}

}  // namespace
}  // namespace satchel
