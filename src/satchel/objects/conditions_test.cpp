// SPDX-License-Identifier: Apache-2.0
#include "satchel/objects/conditions.hpp"

#include <gtest/gtest.h>

namespace satchel::objects {
namespace {

const Time kModified = parse_rfc3339("2026-11-24T12:00:00.500Z").value();
constexpr const char* kAt = "Tue, 24 Nov 2026 12:00:00 GMT";
constexpr const char* kBefore = "Tue, 24 Nov 2026 11:59:59 GMT";

Verdict of(net::Fields fields) { return judge(fields, "abc", kModified); }

TEST(Conditions, CompareEntityTags) {
  EXPECT_EQ(of({{"if-match", "\"x\", \"abc\""}}), Verdict::proceed);
  EXPECT_EQ(of({{"if-match", "*"}}), Verdict::proceed);
  EXPECT_EQ(of({{"if-match", "W/\"abc\""}}), Verdict::failed) << "strong comparison";
  EXPECT_EQ(of({{"if-match", ""}}), Verdict::failed);
  EXPECT_EQ(of({{"if-none-match", "W/\"abc\""}}), Verdict::not_modified) << "weak comparison";
  EXPECT_EQ(of({{"if-none-match", "abc"}}), Verdict::not_modified) << "without quotes";
  EXPECT_EQ(of({{"if-none-match", "\"ab\""}}), Verdict::proceed);
}

TEST(Conditions, CompareDatesByTheSecond) {
  EXPECT_EQ(of({{"if-modified-since", kAt}}), Verdict::not_modified);
  EXPECT_EQ(of({{"if-modified-since", kBefore}}), Verdict::proceed);
  EXPECT_EQ(of({{"if-unmodified-since", kAt}}), Verdict::proceed);
  EXPECT_EQ(of({{"if-unmodified-since", kBefore}}), Verdict::failed);
  EXPECT_EQ(of({{"if-modified-since", "yesterday"}}), Verdict::proceed) << "a malformed date is passed over";
}

TEST(Conditions, AreJudgedInTheOrderOfTheStandard) {
  EXPECT_EQ(of({{"if-match", "\"abc\""}, {"if-unmodified-since", kBefore}}), Verdict::proceed) << "If-Match hides the date";
  EXPECT_EQ(of({{"if-none-match", "\"x\""}, {"if-modified-since", kAt}}), Verdict::proceed) << "If-None-Match hides the date";
  EXPECT_EQ(of({{"if-none-match", "\"abc\""}, {"if-match", "\"x\""}}), Verdict::failed);
}

TEST(Conditions, OfAWriteAreOneOrNone) {
  EXPECT_EQ(only_if_absent({}).value(), false);
  EXPECT_EQ(only_if_absent({{"if-none-match", "*"}}).value(), true);
  EXPECT_FALSE(only_if_absent({{"if-none-match", "\"abc\""}}));
  EXPECT_FALSE(only_if_absent({{"if-none-match", "*"}, {"if-none-match", "*"}}));
  EXPECT_FALSE(only_if_absent({{"if-match", "*"}}));
}

std::string range(const char* text, std::uint64_t size = 10, net::Fields fields = {}) {
  fields.add("range", text);
  const auto found = range_of(fields, size, "abc", kModified);
  if (!found) return found.error().type;
  return *found ? std::to_string((*found)->offset) + "+" + std::to_string((*found)->length) : "all";
}

TEST(Ranges, AreOneOrAllOrNothing) {
  EXPECT_EQ(range("bytes=0-0"), "0+1");
  EXPECT_EQ(range("bytes=9-"), "9+1");
  EXPECT_EQ(range("bytes=-99"), "0+10");
  EXPECT_EQ(range("bytes=3-99999999999999999999999"), "3+7");
  EXPECT_EQ(range("bytes=10-"), "InvalidRange");
  EXPECT_EQ(range("bytes=99999999999999999999999-"), "InvalidRange");
  EXPECT_EQ(range("bytes=-0"), "InvalidRange");
  EXPECT_EQ(range("bytes=0-", 0), "InvalidRange");
  EXPECT_EQ(range("bytes=-1", 0), "InvalidRange");
  for (const char* text : {"bytes=1-2,4-5", "bytes=5-4", "bytes=-", "bytes=", "bytes", "bytes=1", "bytes=+1-2", "bytes=1-2x", "chars=1-2", ""}) {
    EXPECT_EQ(range(text), "all") << text;
  }
}

TEST(Ranges, AreVoidWhereTheObjectIsAnother) {
  EXPECT_EQ(range("bytes=0-0", 10, {{"if-range", "\"abc\""}}), "0+1");
  EXPECT_EQ(range("bytes=0-0", 10, {{"if-range", "\"other\""}}), "all");
  EXPECT_EQ(range("bytes=0-0", 10, {{"if-range", "W/\"abc\""}}), "all");
  EXPECT_EQ(range("bytes=0-0", 10, {{"if-range", kAt}}), "0+1");
  EXPECT_EQ(range("bytes=0-0", 10, {{"if-range", kBefore}}), "all");
}

}  // namespace
}  // namespace satchel::objects
