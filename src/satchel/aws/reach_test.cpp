// SPDX-License-Identifier: Apache-2.0
// What a person is told of an engine that is not as it should be: every sentence names the thing and the setting. The engine is an imposter.
#include "satchel/aws/reach.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <functional>

#include "satchel/aws/examine_bucket.hpp"
#include "satchel/aws/examine_table.hpp"
#include "satchel/net/server.hpp"

namespace satchel::aws {
namespace {

using testing::AllOf;
using testing::HasSubstr;

struct Reply {
  int status = 200;
  std::string body;
  net::Fields fields = {};
};

class Imposter final : public net::Handler {
 public:
  using Answers = std::function<Reply(const net::RequestHead& head)>;
  explicit Imposter(Answers answers) : answers_(std::move(answers)), server_(net::Server::start({.loops = 1}, *this, *log_).value()) {}
  ~Imposter() override { server_->stop(system_clock()->now()); }
  void handle(std::unique_ptr<net::Exchange> exchange) override {
    const Reply reply = answers_(exchange->head());
    exchange->respond({.status = reply.status, .fields = reply.fields}, reply.body);
  }
  std::string problem(int, std::string_view) override { return ""; }
  std::string url() const { return "http://127.0.0.1:" + std::to_string(server_->port()); }

 private:
  Answers answers_;
  std::unique_ptr<Logger> log_ = null_logger();
  std::unique_ptr<net::Server> server_;
};

class Reach : public testing::Test {
 protected:
  Time soon() const { return clock_->now() + std::chrono::seconds{5}; }
  DynamoDbOptions table(const std::string& endpoint) const { return {.endpoint = endpoint, .region = "us-east-1", .table = "files", .credentials = fixed_credential({"key", "secret"})}; }
  S3Options bucket(const std::string& endpoint) const { return {.endpoint = endpoint, .region = "us-east-1", .bucket = "bytes", .credentials = fixed_credential({"key", "secret"})}; }

  std::unique_ptr<Clock> clock_ = system_clock();
  std::unique_ptr<Random> random_ = system_random();
};

TEST_F(Reach, ATableThatDoesNotAnswerAsItShouldIsNamedWithTheRemedy) {
  struct Case {
    const char* type;
    int status;
    ErrorCode code;
    const char* says;
  };
  for (const Case& one : {Case{"ResourceNotFoundException", 400, ErrorCode::not_found, "There is no table 'files'"}, {"AccessDeniedException", 400, ErrorCode::forbidden, "dynamodb:GetItem on the table 'files'"},
                          {"UnrecognizedClientException", 400, ErrorCode::forbidden, "AWS_ACCESS_KEY_ID"}, {"InvalidSignatureException", 400, ErrorCode::forbidden, "clock"},
                          {"ValidationException", 400, ErrorCode::invalid, "'satchel doctor'"}, {"UnknownOperationException", 400, ErrorCode::internal, "Check what 'table' names"}}) {
    const Imposter engine([&](const net::RequestHead&) { return Reply{one.status, std::string(R"({"__type":"com.amazonaws.dynamodb.v20120810#)") + one.type + R"(","message":"no"})"}; });
    const auto reached = reach_table(table(engine.url()), *clock_, soon());
    ASSERT_FALSE(reached) << one.type;
    EXPECT_EQ(reached.error().code, one.code) << one.type;
    EXPECT_THAT(reached.error().message, HasSubstr(one.says));
  }
  const auto silent = reach_table(table("http://127.0.0.1:1"), *clock_, soon());
  ASSERT_FALSE(silent);
  EXPECT_THAT(silent.error().message, AllOf(HasSubstr("http://127.0.0.1:1"), HasSubstr("'table'")));
  const Imposter good([](const net::RequestHead&) { return Reply{200, "{}"}; });
  EXPECT_TRUE(reach_table(table(good.url()), *clock_, soon()));
}

TEST_F(Reach, ABucketThatDoesNotAnswerAsItShouldIsNamedWithTheRemedy) {
  struct Case {
    const char* code;
    int status;
    const char* says;
  };
  for (const Case& one : {Case{"NoSuchBucket", 404, "There is no bucket 'bytes'"}, {"AccessDenied", 403, "in the bucket 'bytes'"}, {"InvalidAccessKeyId", 403, "AWS_ACCESS_KEY_ID"},
                          {"PermanentRedirect", 301, "another region than 'us-east-1'"},
                          {"InvalidBucketName", 400, "Check what 'objects' names"}, {"NotImplemented", 501, "Check what 'objects' names"}}) {
    const Imposter engine([&](const net::RequestHead&) { return Reply{one.status, std::string("<Error><Code>") + one.code + "</Code><Message>no</Message></Error>"}; });
    const auto reached = reach_bucket(bucket(engine.url()), *clock_, *random_, soon());
    ASSERT_FALSE(reached) << one.code;
    EXPECT_THAT(reached.error().message, HasSubstr(one.says));
  }
  const auto silent = reach_bucket(bucket("http://127.0.0.1:1"), *clock_, *random_, soon());
  ASSERT_FALSE(silent);
  EXPECT_THAT(silent.error().message, AllOf(HasSubstr("http://127.0.0.1:1"), HasSubstr("'objects'")));
  // That the object is not there is all that is wanted.
  const Imposter good([](const net::RequestHead&) { return Reply{404, "<Error><Code>NoSuchKey</Code></Error>"}; });
  EXPECT_TRUE(reach_bucket(bucket(good.url()), *clock_, *random_, soon()));
}

Findings bad_ones(Findings findings) {
  std::erase_if(findings, [](const Finding& finding) { return finding.weight != Weight::bad; });
  return findings;
}

TEST_F(Reach, ATableWithOtherKeysOrWithoutAnIndexIsFound) {
  const auto described = [](std::string_view partition, std::string_view indexes) {
    return std::string(R"({"Table":{"TableStatus":"ACTIVE","KeySchema":[{"AttributeName":")") + std::string(partition) + R"(","KeyType":"HASH"},{"AttributeName":"sk","KeyType":"RANGE"}],"GlobalSecondaryIndexes":)" + std::string(indexes) + "}}";
  };
  std::string table_document;
  const Imposter engine([&](const net::RequestHead& head) {
    const bool describes = head.fields.find("x-amz-target").value_or("").ends_with("DescribeTable");
    return Reply{200, describes ? table_document : "{}"};
  });
  table_document = described("id", "[]");
  auto found = bad_ones(examine_table(table(engine.url()), *clock_, *random_, soon()));
  ASSERT_EQ(found.size(), 1U);
  EXPECT_THAT(found[0].sentence, HasSubstr("other keys than Satchel's"));
  EXPECT_EQ(found[0].setting, "table");
  table_document = described("pk", R"([{"IndexName":"gsi1","KeySchema":[{"AttributeName":"gsi1pk","KeyType":"HASH"},{"AttributeName":"gsi1sk","KeyType":"RANGE"}],"Projection":{"ProjectionType":"KEYS_ONLY"}}])");
  found = bad_ones(examine_table(table(engine.url()), *clock_, *random_, soon()));
  ASSERT_EQ(found.size(), 2U);
  EXPECT_THAT(found[0].sentence, HasSubstr("'gsi1' of the table 'files' lacks attributes"));
  EXPECT_THAT(found[1].sentence, HasSubstr("'gsi2' of the table 'files' is missing"));
}

TEST_F(Reach, AnEngineThatBindsNothingIsFoundOut) {
  // Takes every PUT, whatever was signed, and lets no browser in.
  const Imposter engine([](const net::RequestHead& head) {
    if (head.method == "GET" && head.target.contains("satchel-probe")) return Reply{404, "<Error><Code>NoSuchKey</Code></Error>"};
    if (head.method == "POST") return Reply{501, "<Error><Code>NotImplemented</Code></Error>"};
    return Reply{200, ""};
  });
  const auto found = bad_ones(examine_bucket(bucket(engine.url()), "https://files.example.org", *clock_, *random_, soon()));
  std::string all;
  for (const Finding& finding : found) all += finding.sentence + "\n";
  for (const char* says : {"If-None-Match", "more bytes than were signed", "Set 'objects' to an engine that verifies checksums", "upload in parts failed", "Browsers that come from https://files.example.org"}) EXPECT_THAT(all, HasSubstr(says));
}

}  // namespace
}  // namespace satchel::aws
