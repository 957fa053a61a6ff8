// SPDX-License-Identifier: Apache-2.0
#include "satchel/dynamodb/expression.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "satchel/dynamodb/json.hpp"

namespace satchel::dynamodb {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::Pair;

Substitutes substitutes() {
  return Substitutes::from(Json::parse(R"json({
    "ExpressionAttributeNames": {"#pk": "pk", "#sk": "sk", "#a": "a", "#b": "b", "#c": "c", "#g": "gsi1pk", "#h": "gsi1sk"},
    "ExpressionAttributeValues": {":t": {"S": "x"}, ":u": {"S": "y"}, ":n": {"N": "-5"}, ":f": {"BOOL": true}}})json").value()).value();
}

TEST(Expression, ReadsEveryConditionThatTheAdapterWrites) {
  auto with = substitutes();
  const auto condition = condition_from("attribute_exists(#pk) AND attribute_not_exists(#pk) AND #a = :f AND #b >= :n", with);
  ASSERT_TRUE(condition) << condition.error().message;
  EXPECT_THAT(condition->clauses, ElementsAre(Condition::Exists{}, Condition::Absent{}, Condition::Equals{"a", true}, Condition::AtLeast{"b", -5}));
}

TEST(Expression, GivesBackEveryConditionAndUpdateThatJsonWrites) {
  Placeholders placeholders;
  Condition condition = Condition::exists();
  condition.and_equals("a OR b", "text").and_at_least("n", 7).and_equals("flag", false);
  Update update{.key = {"p", "s"}, .set = {{"s1", "x"}, {"s2", 2}}, .add = {{"n", -1}}, .remove = {"r1", "r2"}};
  const std::string written = condition_expression(condition, placeholders), changes = update_expression(update, placeholders);
  Json request = Json::object();
  placeholders.add_to(request);
  auto with = Substitutes::from(request).value();
  EXPECT_EQ(condition_from(written, with).value().clauses, condition.clauses);
  Update again{.key = {"p", "s"}};
  ASSERT_TRUE(read_update(changes, with, again));
  EXPECT_EQ(again.set, update.set);
  EXPECT_EQ(again.add, update.add);
  EXPECT_EQ(again.remove, update.remove);
  EXPECT_TRUE(with.finish());
}

TEST(Expression, ReadsEveryRangeOfSortKeys) {
  struct Case {
    std::string text, prefix, from, until;
  };
  for (const Case& wanted : std::vector<Case>{{"#pk = :t", "", "", ""},
                                              {"#pk = :t AND begins_with(#sk, :u)", "y", "", ""},
                                              {"#pk = :t AND #sk BETWEEN :t AND :u", "", "x", std::string("y\0", 2)},
                                              {"#pk = :t AND #sk < :u", "", "", "y"},
                                              {"#pk = :t AND #sk >= :u", "", "y", ""}}) {
    auto with = substitutes();
    Query query;
    ASSERT_TRUE(read_key_condition(wanted.text, with, query)) << wanted.text;
    EXPECT_EQ(query.partition, "x");
    EXPECT_EQ(query.prefix, wanted.prefix) << wanted.text;
    EXPECT_EQ(query.from, wanted.from) << wanted.text;
    EXPECT_EQ(query.until, wanted.until) << wanted.text;
  }
  auto with = substitutes();
  Query indexed{.index = Index::gsi1};
  EXPECT_TRUE(read_key_condition("#g = :t AND begins_with(#h, :u)", with, indexed));
  EXPECT_FALSE(read_key_condition("#pk = :t", with, indexed)) << "another key than the index's";
}

TEST(Expression, RefusesWhatItDoesNotKnow) {
  for (const std::string text :
       {"", " ", "#a", "#a =", "#a = #b", "#a = x", "a = :t", "#a <> :t", "#a > :n", "#a <= :n", "#a >= :t", "#a >= :f", "#a = :t OR #b = :t", "NOT #a = :t", "(#a = :t)",
        "#a = :t AND", "AND #a = :t", "#a = :t #b = :t", "attribute_exists(#a)", "attribute_exists #pk", "attribute_exists(#pk", "attribute_exists(pk)", "attribute_type(#a, :t)",
        "contains(#a, :t)", "size(#a) = :n", "#a.#b = :t", "#a[0] = :t", "#pk = :t", "#sk = :t", "#none = :t", "#a = :none", "#a = :t\n", "#a = :t;", "# = :t", "#a = :", "#a = :t and #b = :t"}) {
    auto with = substitutes();
    const auto condition = condition_from(text, with);
    ASSERT_FALSE(condition) << text;
    EXPECT_EQ(condition.error().type, "ValidationException") << text;
  }
  for (const std::string text : {"", "SET", "SET #a", "SET #a = #b", "SET #a = #a + :n", "SET #a = if_not_exists(#a, :n)", "SET #a = :t,", "SET #a = :t, #a = :u", "SET #pk = :t", "ADD #a :t",
                                 "ADD #a = :n", "ADD #a :n, #a :n", "REMOVE", "REMOVE #a[0]", "REMOVE :t", "DELETE #a :t", "REMOVE #a SET #b = :t", "SET #a = :t SET #b = :t", "set #a = :t"}) {
    auto with = substitutes();
    Update update;
    EXPECT_FALSE(read_update(text, with, update)) << text;
  }
  for (const std::string text : {"", "#sk = :t", "#pk >= :t", "#pk = :n", "#pk = :t AND #a = :t", "#pk = :t AND #sk = :t", "#pk = :t AND #sk <= :t", "#pk = :t AND #sk > :t",
                                 "#pk = :t AND begins_with(#sk, :n)", "#pk = :t AND #sk BETWEEN :t", "#pk = :t AND #sk BETWEEN :t, :u", "#pk = :t AND begins_with(#sk, :t) AND #sk < :u", "#pk = :t OR #pk = :u"}) {
    auto with = substitutes();
    Query query;
    EXPECT_FALSE(read_key_condition(text, with, query)) << text;
  }
  auto with = substitutes();
  EXPECT_THAT(condition_from("#a = :t" + std::string(4096, ' '), with).error().message, HasSubstr("longer than"));
}

TEST(Expression, WantsEverySubstituteUsedAndWellFormed) {
  auto with = substitutes();
  ASSERT_TRUE(condition_from("#a = :t", with));
  EXPECT_THAT(with.finish().error().message, HasSubstr("unused"));
  for (const std::string bad : {R"({"ExpressionAttributeNames":{}})", R"({"ExpressionAttributeNames":{"a":"b"}})", R"({"ExpressionAttributeNames":{"#a":""}})", R"({"ExpressionAttributeNames":{"#a":1}})",
                                R"({"ExpressionAttributeNames":[]})", R"({"ExpressionAttributeNames":{"#a-b":"c"}})", R"({"ExpressionAttributeValues":{"#a":{"S":"x"}}})",
                                R"({"ExpressionAttributeValues":{":a":{"L":[]}}})", R"({"ExpressionAttributeValues":{":a":{"N":"1.5"}}})", R"({"ExpressionAttributeValues":{":a":{"S":"x","N":"1"}}})"}) {
    EXPECT_FALSE(Substitutes::from(Json::parse(bad).value())) << bad;
  }
  EXPECT_TRUE(Substitutes::from(Json::object()).value().finish());
}

}  // namespace
}  // namespace satchel::dynamodb
