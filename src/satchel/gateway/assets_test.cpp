// SPDX-License-Identifier: Apache-2.0
#include "satchel/gateway/assets.hpp"

#include <gtest/gtest.h>

namespace satchel::gateway {
namespace {

constexpr Asset kTable[] = {
    {.path = "/index.html", .type = "text/html; charset=utf-8", .digest = "d1", .plain = "plain page", .gzip = "gzip!", .brotli = "br!"},
    {.path = "/assets/a-1.js", .type = "text/javascript", .digest = "d2", .plain = "js", .gzip = "", .brotli = ""},
};

AssetAnswer ask(const Asset& asset, std::string accept, std::string if_none_match = {}) {
  net::Fields fields{{"accept-encoding", std::move(accept)}};
  if (!if_none_match.empty()) fields.add("if-none-match", std::move(if_none_match));
  return answer_asset(asset, fields);
}

TEST(Assets, GivesTheFormThatTheClientLikesBest) {
  EXPECT_EQ(ask(kTable[0], "gzip, deflate, br").body, "br!");
  EXPECT_EQ(ask(kTable[0], "gzip;q=1.0, br;q=0.9").body, "gzip!");
  EXPECT_EQ(ask(kTable[0], "br;q=0, gzip").body, "gzip!");
  EXPECT_EQ(ask(kTable[0], "*;q=0.5").body, "br!");
  EXPECT_EQ(ask(kTable[0], "GZIP").body, "gzip!");
  EXPECT_EQ(ask(kTable[0], "identity").body, "plain page");
  EXPECT_EQ(ask(kTable[0], "").body, "plain page");
  EXPECT_EQ(ask(kTable[1], "br").body, "js");
  EXPECT_EQ(ask(kTable[0], "br").head.fields.find("content-encoding"), "br");
  EXPECT_EQ(ask(kTable[1], "br").head.fields.find("content-encoding"), std::nullopt);
}

TEST(Assets, ReadsWeights) {
  EXPECT_EQ(coding_weight("br;q=0.85", "br"), 850);
  EXPECT_EQ(coding_weight("br; q=0.123", "br"), 123);
  EXPECT_EQ(coding_weight("br;q=1.5", "br"), 1000);
  for (const char* bad : {"br;q=", "br;q=x", "br;q=-1", "br;q=0.12345", "br;q=2"}) EXPECT_EQ(coding_weight(bad, "br"), 0) << bad;
}

TEST(Assets, EveryFormHasItsOwnTagAndSaysThatItVaries) {
  EXPECT_EQ(ask(kTable[0], "br").head.fields.find("etag"), "\"d1-br\"");
  EXPECT_EQ(ask(kTable[0], "").head.fields.find("etag"), "\"d1\"");
  EXPECT_EQ(ask(kTable[0], "").head.fields.find("vary"), "accept-encoding");
}

TEST(Assets, DoNotSendWhatTheClientHas) {
  const AssetAnswer same = ask(kTable[0], "br", R"("x", W/"d1-br")");
  EXPECT_EQ(same.head.status, 304);
  EXPECT_TRUE(same.body.empty());
  EXPECT_EQ(same.head.fields.find("etag"), "\"d1-br\"");
  EXPECT_EQ(ask(kTable[0], "gzip", "\"d1-br\"").head.status, 200) << "the tag of another form";
  EXPECT_EQ(ask(kTable[0], "", "*").head.status, 304);
}

TEST(Assets, KeepForEverWhatCarriesAHash) {
  EXPECT_EQ(ask(kTable[1], "").head.fields.find("cache-control"), "public, max-age=31536000, immutable");
  EXPECT_EQ(ask(kTable[0], "").head.fields.find("cache-control"), "no-cache");
}

TEST(Assets, APageWithAnotherStatusIsSentWhole) {
  const AssetAnswer gone = answer_asset(kTable[0], {{"if-none-match", "\"d1\""}}, 410);
  EXPECT_EQ(gone.head.status, 410);
  EXPECT_EQ(gone.body, "plain page");
  EXPECT_EQ(gone.head.fields.find("cache-control"), std::nullopt);
}

TEST(Assets, AreFoundByTheirWholePath) {
  const Assets assets(kTable);
  EXPECT_EQ(assets.find("/assets/a-1.js"), &kTable[1]);
  EXPECT_EQ(assets.find("/assets"), nullptr);
}

}  // namespace
}  // namespace satchel::gateway
