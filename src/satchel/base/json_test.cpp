// SPDX-License-Identifier: Apache-2.0
#include "satchel/base/json.hpp"

#include <gtest/gtest.h>

namespace satchel {
namespace {

std::string refusal(std::string_view text) {
  const auto parsed = Json::parse(text);
  return parsed ? "" : parsed.error().message;
}

TEST(Json, PassesOverOddNumbersWhereAsked) {
  const auto value = Json::parse(R"({"at":1795595785.218,"huge":18446744073709551615,"n":5})", OddNumbers::read_as_null);
  ASSERT_TRUE(value);
  EXPECT_EQ(value->text(), R"({"at":null,"huge":null,"n":5})");
}

TEST(Json, WritesWhatItReads) {
  const std::string text = R"({"a":[1,-2,true,null,"x\"\u0001"],"b":{},"c":[],"d":9007199254740993})";
  EXPECT_EQ(Json::parse(text).value().text(), text);
}

TEST(Json, RefusesWhatIsNotStrict) {
  for (const char* bad : {"", "{", "{}x", "{\"a\":1,}", "[1 2]", "'a'", "{\"a\":NaN}", "\"\xff\"", "// c\n{}", "{\"a\":01}"}) {
    EXPECT_NE(refusal(bad), "") << bad;
  }
  EXPECT_NE(refusal(R"({"a":1,"a":2})").find("'a' twice"), std::string::npos);
  EXPECT_NE(refusal(R"({"a":{"b":1,"b":1}})").find("'b' twice"), std::string::npos);
  EXPECT_NE(refusal("[1.5]").find("whole"), std::string::npos);
  EXPECT_NE(refusal("[18446744073709551615]").find("2^63"), std::string::npos);
  EXPECT_NE(refusal(std::string(40, '[') + std::string(40, ']')), "");
  EXPECT_EQ(refusal(std::string(10, '[') + std::string(10, ']')), "");
}

TEST(Json, WholeNumbersMayBeWrittenWithAnExponent) { EXPECT_EQ(Json::parse("[1e3,5.0]").value().text(), "[1000,5]"); }

TEST(JsonReader, NamesTheMemberThatIsMissingOrOfAnotherType) {
  auto reader = JsonReader::parse(R"({"n":"x","files":[{"size":"1"}]})").value();
  EXPECT_NE(reader.text("name").error().message.find("'name'"), std::string::npos);
  EXPECT_NE(reader.number("n").error().message.find("'n' must be a whole number"), std::string::npos);
  auto files = reader.objects("files").value();
  EXPECT_NE(files[0].number("size").error().message.find("'files[0].size'"), std::string::npos);
}

TEST(JsonReader, TellsNullFromAbsent) {
  auto reader = JsonReader::parse(R"({"a":null})").value();
  EXPECT_TRUE(reader.has("a"));
  EXPECT_FALSE(reader.has("b"));
  EXPECT_FALSE(reader.optional_text("a").value());
}

TEST(JsonReader, RefusesWhatNobodyAskedFor) {
  auto reader = JsonReader::parse(R"({"name":"x","owner":"me"})").value();
  ASSERT_TRUE(reader.text("name"));
  EXPECT_NE(reader.finish().error().message.find("'owner'"), std::string::npos);
  ASSERT_TRUE(reader.text("owner"));
  EXPECT_TRUE(reader.finish());
}

TEST(JsonReader, TakesAnEmptyBodyForAnEmptyObject) { EXPECT_TRUE(JsonReader::parse("").value().finish()); }

}  // namespace
}  // namespace satchel
