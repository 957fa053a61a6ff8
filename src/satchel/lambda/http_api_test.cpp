// SPDX-License-Identifier: Apache-2.0
#include "satchel/lambda/http_api.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "satchel/base/encoding.hpp"

namespace satchel::lambda {
namespace {

using testing::ElementsAre;
using testing::Pair;

/// A payload with the members that the documentation shows; `changes` are put in their place.
Json payload(const Json::Object& changes = {}) {
  Json json = Json::parse(R"({
    "version": "2.0", "routeKey": "POST /api/v1/folders/{id}", "rawPath": "/api/v1/folders/a b", "rawQueryString": "x=1%262&empty=",
    "cookies": ["a=1", "b=2=3"], "headers": {"content-type": "application/json", "accept": "a,b"},
    "requestContext": {"accountId": "1", "http": {"method": "POST", "path": "/api", "protocol": "HTTP/1.1", "sourceIp": "192.0.2.1", "userAgent": "curl"},
                       "requestId": "r1", "stage": "$default", "timeEpoch": 1795521600000, "authorizer": {"jwt": {"claims": {"exp": "1795521600"}, "scopes": null}}},
    "body": "{\"name\":\"x\"}", "isBase64Encoded": false})").value();
  Json::Object members = *json.as<Json::Object>();
  for (const auto& [name, value] : changes) {
    for (auto& member : members) {
      if (member.first == name) member.second = value;
    }
  }
  return Json(std::move(members));
}

TEST(HttpApi, BringsARequestAsTheGatewayOfTheBinaryDoes) {
  const auto call = http_call_from(payload());
  ASSERT_TRUE(call) << call.error().message << call.error().detail;
  EXPECT_EQ(call->request.method, "POST");
  EXPECT_EQ(call->request.path, "/api/v1/folders/a%20b") << "as it was sent: the route's template decodes it";
  EXPECT_THAT(call->request.query, ElementsAre(Pair("empty", ""), Pair("x", "1&2")));
  EXPECT_EQ(call->request.header("accept"), "a,b");
  EXPECT_THAT(call->request.cookies, ElementsAre(Pair("a", "1"), Pair("b", "2=3")));
  EXPECT_EQ(call->request.body, R"({"name":"x"})");
  EXPECT_EQ(call->request_id, "r1");
  EXPECT_EQ(call->client, "192.0.2.1");
}

/// What the route's template makes of the last segment.
std::string name_in(std::string raw_path) {
  const auto call = http_call_from(payload({{"rawPath", std::move(raw_path)}}));
  return call ? percent_decode(call->request.path.substr(call->request.path.rfind('/') + 1)).value_or("<none>") : "<" + call.error().type + ">";
}

TEST(HttpApi, ReadsAPathThatHasBeenDecoded) {
  // As AWS hands it on, and as MiniStack does, which leaves %25.
  EXPECT_EQ(name_in("/api/v1/put/plain.txt"), "plain.txt");
  EXPECT_EQ(name_in("/api/v1/put/ü #1.txt"), "ü #1.txt");
  EXPECT_EQ(name_in("/api/v1/put/a?&b=1.txt"), "a?&b=1.txt");
  EXPECT_EQ(name_in("/api/v1/put/100%.txt"), "100%.txt");
  EXPECT_EQ(name_in("/api/v1/put/100%25.txt"), "100%.txt");
  EXPECT_EQ(name_in("/api/v1/put/%41.txt"), "%41.txt");
  EXPECT_EQ(name_in("/api/v1/put/%2541.txt"), "%41.txt");
  EXPECT_EQ(name_in("/api/v1/put/%"), "%");
  EXPECT_EQ(name_in("/api/v1/put/%2"), "%2");
  EXPECT_EQ(name_in("/api/v1/put/a+b;c=d,e.txt"), "a+b;c=d,e.txt");
  EXPECT_EQ(name_in("/api/v1/put/a%2Fb"), "a/b") << "from a host of our own: one segment, whose name the function refuses";
  EXPECT_EQ(name_in("/api/v1/put/a%2fb"), "a/b");
}

TEST(HttpApi, TheQueryIsOnlyWhereTheQueryIs) {
  const auto call = http_call_from(payload({{"rawPath", "/api/v1/put/a?x=2&y=3"}}));
  ASSERT_TRUE(call) << call.error().message;
  EXPECT_THAT(call->request.query, ElementsAre(Pair("empty", ""), Pair("x", "1&2")));
}

TEST(HttpApi, ReadsABodyOfBytes) {
  EXPECT_EQ(http_call_from(payload({{"body", "AAH/"}, {"isBase64Encoded", true}}))->request.body, std::string("\0\1\xff", 3));
  EXPECT_EQ(http_call_from(payload({{"body", "%"}, {"isBase64Encoded", true}})).error().code, ErrorCode::internal);
  EXPECT_EQ(http_call_from(payload({{"body", Json()}}))->request.body, "");
}

TEST(HttpApi, RefusesWhatTheGatewayRefuses) {
  EXPECT_EQ(http_call_from(payload({{"rawQueryString", "a=1&a=2"}})).error().type, "bad_query");
  for (const char* path : {"/a/../b", "/a/./b", "/..", "/a//b", "a", "/a\nb", "/a\x7F", "/a/\x01"}) EXPECT_EQ(http_call_from(payload({{"rawPath", path}})).error().type, "bad_path") << path;
  EXPECT_TRUE(http_call_from(payload({{"cookies", Json::parse(R"(["a=1","a=2"])").value()}}))->request.cookies.empty());
}

TEST(HttpApi, BelievesTheProxiesThatAreThereAndNobodyElse) {
  struct Case {
    std::string forwarded;
    int proxies;
    std::string client;
  };
  const Case cases[] = {{"203.0.113.9, 192.0.2.1", 0, "192.0.2.1"},
                        {"203.0.113.9, 192.0.2.1", 1, "203.0.113.9"},
                        {"spoofed,203.0.113.9,192.0.2.1", 1, "203.0.113.9"},
                        {"spoofed, 203.0.113.9, 10.0.0.1, 192.0.2.1", 2, "203.0.113.9"},
                        {"192.0.2.1", 1, "192.0.2.1"},
                        {"", 2, "192.0.2.1"}};
  for (const auto& [forwarded, proxies, client] : cases) {
    EXPECT_EQ(http_call_from(payload({{"headers", Json::object({{"x-forwarded-for", forwarded}})}}), proxies)->client, client) << forwarded << ' ' << proxies;
  }
}

TEST(HttpApi, KnowsWhatIsNoRequest) {
  for (const Json& bad : {Json(), Json("text"), Json::object(), payload({{"version", "1.0"}}), payload({{"requestContext", Json::object()}}), payload({{"rawPath", 1}})}) {
    EXPECT_EQ(http_call_from(bad).error().code, ErrorCode::internal) << bad.text();
  }
}

TEST(HttpApi, AnswersWithAStatusCookiesApartAndBytesInBase64) {
  Response response = Response::json(Json::object({{"ok", true}}), 201);
  response.headers.emplace_back("set-cookie", "a=1; Path=/");
  response.headers.emplace_back("set-cookie", "b=2");
  response.headers.emplace_back("vary", "a");
  response.headers.emplace_back("vary", "b");
  const Json answer = http_answer(std::move(response));
  EXPECT_EQ(*answer.find("statusCode")->as<std::int64_t>(), 201);
  EXPECT_EQ(answer.find("cookies")->text(), R"(["a=1; Path=/","b=2"])");
  EXPECT_EQ(answer.find("headers")->text(), R"({"content-type":"application/json","vary":"a, b"})");
  EXPECT_EQ(*answer.find("body")->as<std::string>(), R"({"ok":true})");
  EXPECT_FALSE(*answer.find("isBase64Encoded")->as<bool>());
  const Json bytes = http_answer({.status = 200, .headers = {}, .body = std::string("\0\1\xff", 3)});
  EXPECT_EQ(*bytes.find("body")->as<std::string>(), "AAH/");
  EXPECT_TRUE(*bytes.find("isBase64Encoded")->as<bool>());
}

}  // namespace
}  // namespace satchel::lambda
