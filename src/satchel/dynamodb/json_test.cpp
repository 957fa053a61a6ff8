// SPDX-License-Identifier: Apache-2.0
#include "satchel/dynamodb/json.hpp"

#include <gtest/gtest.h>

#include <limits>

namespace satchel::dynamodb {
namespace {

TEST(DynamoDbJson, GivesBackEveryItemItWrites) {
  const Item item{{"p", "s"}, {{"t", "x"}, {"empty", ""}, {"n", std::numeric_limits<std::int64_t>::min()}, {"b", false}}};
  EXPECT_EQ(item_from(item_json(item)).value(), item);
}

TEST(DynamoDbJson, RefusesWhatSatchelNeverWrites) {
  EXPECT_FALSE(item_from(Json::parse(R"({"pk":{"S":"p"},"sk":{"S":"s"},"l":{"L":[]}})").value()));
  EXPECT_FALSE(item_from(Json::parse(R"({"pk":{"S":"p"},"sk":{"S":"s"},"n":{"N":"1.5"}})").value()));
}

TEST(DynamoDbJson, PutsNoNameOrValueIntoAnExpression) {
  Placeholders placeholders;
  const std::string expression = condition_expression(Condition::at_least("n OR attribute_exists(x)", 5).and_equals("t", "') OR (1=1"), placeholders);
  EXPECT_EQ(expression, "#n0 >= :v1 AND #n2 = :v3");
  Json request = Json::object();
  placeholders.add_to(request);
  EXPECT_EQ(request.text(),
            R"json({"ExpressionAttributeNames":{"#n0":"n OR attribute_exists(x)","#n2":"t"},"ExpressionAttributeValues":{":v1":{"N":"5"},":v3":{"S":"') OR (1=1"}}})json");
}

TEST(DynamoDbJson, WritesAnUpdateInItsThreeParts) {
  Placeholders placeholders;
  EXPECT_EQ(update_expression({.key = {"p", "s"}, .set = {{"a", 1}}, .add = {{"b", -2}}, .remove = {"c"}}, placeholders), "SET #n0 = :v1 REMOVE #n4 ADD #n2 :v3");
  Placeholders none;
  EXPECT_EQ(update_expression({.key = {"p", "s"}}, none), "");
}

}  // namespace
}  // namespace satchel::dynamodb
