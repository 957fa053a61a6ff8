// SPDX-License-Identifier: Apache-2.0
// The endpoint by raw requests of a signing client. That it keeps the whole contract of a table, tests/contract shows.
#include "satchel/dynamodb/endpoint.hpp"

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "satchel/base/crypto.hpp"
#include "satchel/base/encoding.hpp"
#include "satchel/base/json.hpp"
#include "satchel/dynamodb/json.hpp"
#include "satchel/memory/table.hpp"
#include "satchel/net/client.hpp"
#include "satchel/net/sigv4.hpp"

namespace satchel::dynamodb {
namespace {

using testing::HasSubstr;

class DynamoDbEndpoint : public testing::Test {
 protected:
  struct Sent {
    int status;
    Json document;
    std::string type() const {
      const Json* type = document.find("__type");
      return type ? type->as<std::string>()->substr(type->as<std::string>()->find('#') + 1) : "";
    }
    std::string text() const { return document.text(); }
  };
  struct Asking {
    std::string operation, body;
    net::Credential credential{"all", "secret"};
    std::string signed_body{};                // where it is another
    std::string service = "dynamodb", region = "us-east-1", target = "/";
    bool sign = true;
    Duration age{};
  };

  Sent ask(const Asking& asking) {
    net::Fields fields{{"content-type", "application/x-amz-json-1.0"}, {"x-amz-target", "DynamoDB_20120810." + asking.operation}};
    const std::string url = fmt::format("http://127.0.0.1:{}", server_->port());
    const std::string& hashed = asking.signed_body.empty() ? asking.body : asking.signed_body;
    const net::SigningRequest signing{.method = "POST", .origin = url, .target = net::Target::parse(asking.target).value(), .fields = fields,
                                      .payload_hash = hashed == "unsigned" ? std::string(net::kUnsignedPayload) : to_hex(sha256(hashed)), .region = asking.region, .service = asking.service};
    if (asking.sign) {
      for (const net::Field& field : net::sign_headers(signing, asking.credential, clock_->now() - asking.age)) {
        if (field.name != "host") fields.add(field.name, field.value);
      }
    }
    const auto response = client_->send({.method = "POST", .url = net::Url::parse(url + asking.target).value(), .fields = fields, .body = asking.body, .body_reader = {}, .body_length = 0},
                                        clock_->now() + std::chrono::seconds{20});
    if (!response) return {0, Json(response.error().message)};
    return {response->status, Json::parse(response->body).value_or(Json())};
  }
  Sent call(std::string operation, std::string body, net::Credential credential = {"all", "secret"}) {
    return ask({.operation = std::move(operation), .body = std::move(body), .credential = std::move(credential)});
  }
  static std::string put(const std::string& key, const std::string& token = "", const std::string& more = "") {
    return fmt::format(R"({{"TransactItems":[{{"Put":{{"TableName":"satchel","Item":{{"pk":{{"S":"{}"}},"sk":{{"S":"s"}}{}}}}}}}]{}}})", key, more,
                       token.empty() ? "" : fmt::format(R"(,"ClientRequestToken":"{}")", token));
  }
  static std::string get(const std::string& key) { return fmt::format(R"({{"TableName":"satchel","Key":{{"pk":{{"S":"{}"}},"sk":{{"S":"s"}}}}}})", key); }

  std::unique_ptr<Clock> clock_ = system_clock();
  std::unique_ptr<Random> random_ = system_random();
  std::unique_ptr<Logger> log_ = null_logger();
  std::unique_ptr<Table> table_ = memory_table();
  std::unique_ptr<Endpoint> endpoint_ = Endpoint::create(
      {.holders =
           [](std::string_view key) -> std::optional<Holder> {
             if (key == "all") return Holder{"secret", {.reads = true, .writes = {Family::node, Family::link}}};
             if (key == "reader") return Holder{"secret", {.reads = true}};
             if (key == "writer") return Holder{"secret", {.writes = {Family::node}}};
             if (key == "empty") return Holder{"", {.reads = true}};
             return std::nullopt;
           },
       .body_budget = 1'000'000},
      *table_, *clock_, *random_, *log_);
  std::unique_ptr<net::Server> server_ = net::Server::start({.loops = 1}, *endpoint_, *log_).value();
  std::unique_ptr<net::Client> client_ = net::Client::create({}, *clock_);
};

TEST_F(DynamoDbEndpoint, WritesAndReads) {
  EXPECT_EQ(call("GetItem", get("N#1")).text(), "{}");
  EXPECT_EQ(call("TransactWriteItems", put("N#1", "", R"(,"a":{"N":"7"})")).text(), "{}");
  EXPECT_EQ(call("GetItem", get("N#1")).text(), R"({"Item":{"pk":{"S":"N#1"},"sk":{"S":"s"},"a":{"N":"7"}}})");
  EXPECT_EQ(call("BatchGetItem", R"({"RequestItems":{"satchel":{"Keys":[{"pk":{"S":"N#1"},"sk":{"S":"s"}},{"pk":{"S":"N#2"},"sk":{"S":"s"}}]}}})").text(),
            R"({"Responses":{"satchel":[{"pk":{"S":"N#1"},"sk":{"S":"s"},"a":{"N":"7"}}]},"UnprocessedKeys":{}})");
}

TEST_F(DynamoDbEndpoint, KnowsNobodyWithoutAFittingSignature) {
  const std::string body = get("N#1");
  EXPECT_EQ(ask({.operation = "GetItem", .body = body, .sign = false}).type(), "MissingAuthenticationTokenException");
  EXPECT_EQ(ask({.operation = "GetItem", .body = body, .credential = {"nobody", "secret"}}).type(), "UnrecognizedClientException");
  EXPECT_EQ(ask({.operation = "GetItem", .body = body, .credential = {"empty", ""}}).type(), "UnrecognizedClientException");
  EXPECT_EQ(ask({.operation = "GetItem", .body = body, .credential = {"all", "other"}}).type(), "InvalidSignatureException");
  EXPECT_EQ(ask({.operation = "GetItem", .body = body, .signed_body = get("N#2")}).type(), "InvalidSignatureException");
  EXPECT_EQ(ask({.operation = "GetItem", .body = body, .age = std::chrono::hours{1}}).type(), "InvalidSignatureException");
  EXPECT_EQ(ask({.operation = "GetItem", .body = body, .signed_body = "unsigned"}).type(), "IncompleteSignatureException");
  EXPECT_EQ(ask({.operation = "GetItem", .body = body, .service = "s3"}).type(), "IncompleteSignatureException");
  EXPECT_EQ(ask({.operation = "GetItem", .body = body, .region = "eu-central-1"}).type(), "IncompleteSignatureException");
}

TEST_F(DynamoDbEndpoint, TakesOneTransactionATokenOnce) {
  EXPECT_EQ(call("TransactWriteItems", put("N#1", "token")).status, 200);
  ASSERT_TRUE(table_->write({}, {Delete{{"N#1", "s"}, {}}}));
  EXPECT_EQ(call("TransactWriteItems", put("N#1", "token")).status, 200);
  EXPECT_FALSE(*table_->get({}, {"N#1", "s"})) << "the repeated call had an effect of its own";
  EXPECT_EQ(call("TransactWriteItems", put("N#2", "token")).type(), "IdempotentParameterMismatchException");
}

TEST_F(DynamoDbEndpoint, SaysWhichConditionDidNotHold) {
  const std::string check = R"json({"ConditionCheck":{"TableName":"satchel","Key":{"pk":{"S":"N#9"},"sk":{"S":"s"}},"ConditionExpression":"attribute_exists(#n)","ExpressionAttributeNames":{"#n":"pk"}}})json";
  std::string body = put("N#1", "again");
  body.insert(body.find("]"), "," + check);
  const Sent refused = call("TransactWriteItems", body);
  EXPECT_EQ(refused.status, 400);
  EXPECT_EQ(refused.type(), "TransactionCanceledException");
  EXPECT_EQ(refused.document.find("CancellationReasons")->text(), R"([{"Code":"None"},{"Code":"ConditionalCheckFailed","Message":"The conditional request failed"}])");
  EXPECT_FALSE(*table_->get({}, {"N#1", "s"}));
  ASSERT_TRUE(table_->write({}, {Put{{{"N#9", "s"}, {}}, {}}}));
  EXPECT_EQ(call("TransactWriteItems", body).status, 200) << "what was not written may be tried with the same token";
}

TEST_F(DynamoDbEndpoint, GivesACredentialNoMoreThanItsRights) {
  EXPECT_EQ(call("GetItem", get("N#1"), {"reader", "secret"}).status, 200);
  EXPECT_EQ(call("TransactWriteItems", put("N#1"), {"reader", "secret"}).type(), "AccessDeniedException");
  EXPECT_EQ(call("TransactWriteItems", put("N#1"), {"writer", "secret"}).status, 200);
  const Sent other = call("TransactWriteItems", put("L#1"), {"writer", "secret"});
  EXPECT_EQ(other.type(), "AccessDeniedException");
  EXPECT_THAT(other.text(), HasSubstr("'L#'"));
  EXPECT_EQ(call("TransactWriteItems", put("unknown"), {"all", "secret"}).type(), "AccessDeniedException");
  EXPECT_EQ(call("GetItem", get("N#1"), {"writer", "secret"}).type(), "AccessDeniedException");
  EXPECT_EQ(call("Query", R"({"TableName":"satchel","KeyConditionExpression":"#p = :p","ExpressionAttributeNames":{"#p":"pk"},"ExpressionAttributeValues":{":p":{"S":"N#1"}}})", {"writer", "secret"}).type(),
            "AccessDeniedException");
}

TEST_F(DynamoDbEndpoint, RefusesWhatItDoesNotKnow) {
  EXPECT_EQ(call("Scan", R"({"TableName":"satchel"})").type(), "UnknownOperationException");
  EXPECT_EQ(call("PutItem", "{}").type(), "UnknownOperationException");
  EXPECT_EQ(ask({.operation = "GetItem", .body = get("N#1"), .target = "/other"}).type(), "UnknownOperationException");
  EXPECT_EQ(call("GetItem", "no JSON").type(), "SerializationException");
  EXPECT_EQ(call("GetItem", R"({"TableName":"other","Key":{}})").type(), "ResourceNotFoundException");
  for (const auto& [operation, body] : std::vector<std::pair<std::string, std::string>>{
           {"GetItem", R"({"TableName":"satchel"})"},
           {"GetItem", R"({"TableName":"satchel","Key":{"pk":{"S":"N#1"}}})"},
           {"GetItem", R"({"TableName":"satchel","Key":{"pk":{"S":""},"sk":{"S":"s"}}})"},
           {"GetItem", R"({"TableName":"satchel","Key":{"pk":{"N":"1"},"sk":{"S":"s"}}})"},
           {"GetItem", R"({"TableName":"satchel","Key":{"pk":{"S":"N#1"},"sk":{"S":"s"}},"ProjectionExpression":"a"})"},
           {"GetItem", "[]"},
           {"BatchGetItem", R"({"RequestItems":{}})"},
           {"BatchGetItem", R"({"RequestItems":{"satchel":{"Keys":[]}}})"},
           {"BatchGetItem", R"({"RequestItems":{"satchel":{"Keys":[{"pk":{"S":"N#1"},"sk":{"S":"s"}},{"pk":{"S":"N#1"},"sk":{"S":"s"}}]}}})"},
           {"Query", R"({"TableName":"satchel"})"},
           {"Query", R"({"TableName":"satchel","KeyConditionExpression":"#p = :p","ExpressionAttributeNames":{"#p":"pk"},"ExpressionAttributeValues":{":p":{"S":"N#1"}},"Limit":0})"},
           {"Query", R"({"TableName":"satchel","KeyConditionExpression":"#p = :p","ExpressionAttributeNames":{"#p":"pk"},"ExpressionAttributeValues":{":p":{"S":"N#1"}},"FilterExpression":"a"})"},
           {"Query", R"({"TableName":"satchel","KeyConditionExpression":"#p = :p","ExpressionAttributeNames":{"#p":"gsi1pk"},"ExpressionAttributeValues":{":p":{"S":"N#1"}},"IndexName":"gsi1","ConsistentRead":true})"},
           {"Query", R"({"TableName":"satchel","KeyConditionExpression":"#p = :p","ExpressionAttributeNames":{"#p":"pk"},"ExpressionAttributeValues":{":p":{"S":"N#1"}},"ExclusiveStartKey":{"pk":{"S":"N#1"}}})"},
           {"Query", R"({"TableName":"satchel","KeyConditionExpression":"#p = :p","ExpressionAttributeNames":{"#p":"pk"},"ExpressionAttributeValues":{":p":{"S":"N#1"}},"ExclusiveStartKey":{"cursor":{"S":"AAAA"}}})"},
           {"TransactWriteItems", R"({"TransactItems":[]})"},
           {"TransactWriteItems", R"({"TransactItems":[{}]})"},
           {"TransactWriteItems", R"({"TransactItems":[{"Put":{"TableName":"satchel","Item":{"pk":{"S":"N#1"}}}}]})"},
           {"TransactWriteItems", R"({"TransactItems":[{"Put":{"TableName":"satchel","Item":{"pk":{"S":"N#1"},"sk":{"S":"s"},"l":{"L":[]}}}}]})"},
           {"TransactWriteItems", R"({"TransactItems":[{"Put":{"TableName":"satchel","Item":{"pk":{"S":"N#1"},"sk":{"S":"s"}},"ReturnValues":"ALL_OLD"}}]})"},
           {"TransactWriteItems", R"({"TransactItems":[{"Get":{"TableName":"satchel","Key":{"pk":{"S":"N#1"},"sk":{"S":"s"}}}}]})"},
           {"TransactWriteItems", R"({"TransactItems":[{"ConditionCheck":{"TableName":"satchel","Key":{"pk":{"S":"N#1"},"sk":{"S":"s"}}}}]})"},
           {"TransactWriteItems", put("N#1", std::string(37, 't'))},
           {"TransactWriteItems", put("N#1", "", R"(,"gsi1pk":{"N":"1"})")}}) {
    const Sent sent = call(operation, body);
    EXPECT_EQ(sent.status, 400) << body;
    EXPECT_EQ(sent.type(), "ValidationException") << operation << ' ' << body << ' ' << sent.text();
  }
}

TEST_F(DynamoDbEndpoint, EndsAPageOfLargeItemsEarly) {
  for (const std::string sort : {"1", "2", "3", "4"}) ASSERT_TRUE(table_->write({}, {Put{{{"N#1", sort}, {{"a", std::string(390'000, 'x')}}}, {}}}));
  const std::string query = R"({"TableName":"satchel","KeyConditionExpression":"#p = :p","ExpressionAttributeNames":{"#p":"pk"},"ExpressionAttributeValues":{":p":{"S":"N#1"}})";
  std::vector<std::string> sorts;
  std::string start;
  for (int pages = 0; pages < 10; ++pages) {
    const Sent page = call("Query", query + start + "}");
    ASSERT_EQ(page.status, 200) << page.text();
    EXPECT_LT(page.text().size(), 1'300'000U);
    for (const Json& item : *page.document.find("Items")->as<Json::Array>()) sorts.push_back(*item.find("sk")->find("S")->as<std::string>());
    const Json* last = page.document.find("LastEvaluatedKey");
    if (!last) break;
    start = R"(,"ExclusiveStartKey":)" + last->text();
  }
  EXPECT_THAT(sorts, testing::ElementsAre("1", "2", "3", "4"));
}

TEST_F(DynamoDbEndpoint, LeavesKeysOfALargeBatchForAnotherCall) {
  std::string keys;
  for (int i = 0; i < 12; ++i) {
    ASSERT_TRUE(table_->write({}, {Put{{{"N#1", std::to_string(i)}, {{"a", std::string(390'000, 'x')}}}, {}}}));
    keys += fmt::format(R"({}{{"pk":{{"S":"N#1"}},"sk":{{"S":"{}"}}}})", keys.empty() ? "" : ",", i);
  }
  const Sent batch = call("BatchGetItem", R"({"RequestItems":{"satchel":{"Keys":[)" + keys + "]}}}");
  EXPECT_EQ(batch.document.find("Responses")->find("satchel")->as<Json::Array>()->size(), 10U);
  EXPECT_EQ(batch.document.find("UnprocessedKeys")->find("satchel")->find("Keys")->as<Json::Array>()->size(), 2U);
}

TEST_F(DynamoDbEndpoint, IsThrottledBeforeItsMemoryIsFull) {
  EXPECT_EQ(call("TransactWriteItems", put("N#1", "", R"(,"a":{"S":")" + std::string(1'100'000, 'x') + "\"}")).type(), "ThrottlingException");
  EXPECT_EQ(call("TransactWriteItems", put("N#1")).status, 200) << "and takes the next";
}

}  // namespace
}  // namespace satchel::dynamodb
