// SPDX-License-Identifier: Apache-2.0
#include "satchel/dynamodb/client_tokens.hpp"

#include <gtest/gtest.h>

namespace satchel::dynamodb {
namespace {

using Seen = ClientTokens::Seen;
constexpr Time kNow = Time(std::chrono::hours{500'000});

TEST(ClientTokens, KnowWhatWasWritten) {
  ClientTokens tokens;
  EXPECT_EQ(tokens.begin("a", "1", kNow), Seen::fresh);
  EXPECT_EQ(tokens.begin("a", "1", kNow), Seen::running);
  EXPECT_EQ(tokens.begin("b", "1", kNow), Seen::fresh);
  tokens.end("a", /*written=*/true);
  EXPECT_EQ(tokens.begin("a", "1", kNow), Seen::written);
  EXPECT_EQ(tokens.begin("a", "2", kNow), Seen::otherwise);
}

TEST(ClientTokens, LetWhatWasNotWrittenBeTriedAgain) {
  ClientTokens tokens;
  EXPECT_EQ(tokens.begin("a", "1", kNow), Seen::fresh);
  tokens.end("a", /*written=*/false);
  EXPECT_EQ(tokens.begin("a", "2", kNow), Seen::fresh);
}

TEST(ClientTokens, ForgetAfterTenMinutesAndTheOldestFirst) {
  ClientTokens tokens(2);
  for (const char* token : {"a", "b"}) {
    EXPECT_EQ(tokens.begin(token, "1", kNow), Seen::fresh);
    tokens.end(token, /*written=*/true);
  }
  EXPECT_EQ(tokens.begin("c", "1", kNow), Seen::fresh) << "and 'a' goes";
  EXPECT_EQ(tokens.begin("b", "1", kNow), Seen::written);
  EXPECT_EQ(tokens.begin("a", "1", kNow), Seen::fresh);
  EXPECT_EQ(tokens.begin("b", "1", kNow + std::chrono::minutes{10}), Seen::fresh);
}

}  // namespace
}  // namespace satchel::dynamodb
