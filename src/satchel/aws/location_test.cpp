// SPDX-License-Identifier: Apache-2.0
#include "satchel/aws/location.hpp"

#include <gtest/gtest.h>

#include <map>

namespace satchel::aws {
namespace {

Environment environment(std::map<std::string, std::string, std::less<>> values) {
  return [values = std::move(values)](std::string_view name) {
    const auto found = values.find(name);
    return found == values.end() ? std::nullopt : std::optional(found->second);
  };
}

TEST(Location, MeansAwsWhereNoEndpointIsGiven) {
  const auto table = table_at("dynamodb://satchel-core?region=eu-central-1", environment({}));
  ASSERT_TRUE(table) << table.error().message;
  EXPECT_EQ(table->endpoint, "https://dynamodb.eu-central-1.amazonaws.com");
  EXPECT_EQ(table->table, "satchel-core");
  const auto bucket = bucket_at("s3://files-of-ours", environment({{"AWS_REGION", "cn-north-1"}}));
  ASSERT_TRUE(bucket) << bucket.error().message;
  EXPECT_EQ(bucket->endpoint, "https://s3.cn-north-1.amazonaws.com.cn");
  EXPECT_TRUE(bucket->bucket_in_host);
  EXPECT_TRUE(bucket->full_object_checksums);
}

TEST(Location, TakesAnEngineOfOnesOwn) {
  const auto bucket = bucket_at("s3://files?endpoint=http://127.0.0.1:7480/&checksums=parts", environment({}));
  ASSERT_TRUE(bucket) << bucket.error().message;
  EXPECT_EQ(bucket->endpoint, "http://127.0.0.1:7480");
  EXPECT_EQ(bucket->region, "us-east-1");
  EXPECT_FALSE(bucket->bucket_in_host);
  EXPECT_FALSE(bucket->full_object_checksums);
}

TEST(Location, TellsClientsAnotherEndpointThanServers) {
  const auto bucket = bucket_at("s3://satchel?endpoint=http://127.0.0.1:9000/objects&public=https://files.example.org/objects/&tickets=satchel", environment({}));
  ASSERT_TRUE(bucket) << bucket.error().message;
  EXPECT_EQ(bucket->endpoint, "http://127.0.0.1:9000");
  EXPECT_EQ(bucket->path, "/objects");
  EXPECT_EQ(bucket->public_endpoint, "https://files.example.org");
  EXPECT_EQ(bucket->public_path, "/objects");
  EXPECT_TRUE(bucket->tickets);
  EXPECT_FALSE(bucket_at("s3://satchel?endpoint=http://127.0.0.1:9000", environment({}))->tickets);
}

TEST(Location, PrefersWhatIsWrittenToTheEnvironment) {
  const auto given = environment({{"AWS_ENDPOINT_URL", "http://127.0.0.1:1"}, {"AWS_ENDPOINT_URL_DYNAMODB", "http://127.0.0.1:2"}, {"AWS_DEFAULT_REGION", "us-west-2"}});
  EXPECT_EQ(table_at("dynamodb://core", given)->endpoint, "http://127.0.0.1:2");
  EXPECT_EQ(bucket_at("s3://files", given)->endpoint, "http://127.0.0.1:1");
  EXPECT_EQ(table_at("dynamodb://core?endpoint=http://127.0.0.1:3&region=eu-west-1", given)->endpoint, "http://127.0.0.1:3");
  EXPECT_EQ(table_at("dynamodb://core?region=eu-west-1", given)->region, "eu-west-1");
  EXPECT_EQ(bucket_at("s3://files", given)->region, "us-west-2");
}

TEST(Location, SaysHowToWriteIt) {
  for (const auto& [text, part] : std::map<std::string, std::string>{
           {"postgres://core", "dynamodb://TABLE"}, {"dynamodb://", "no name"}, {"dynamodb://core", "region"}, {"dynamodb://core?zone=a", "no option 'zone'"},
           {"dynamodb://core?region=a&region=b", "once"}, {"dynamodb://core?region", "value"}, {"dynamodb://core?endpoint=127.0.0.1", "no endpoint"},
           {"dynamodb://core?endpoint=http://127.0.0.1/path", "no endpoint"}}) {
    const auto table = table_at(text, environment({}));
    ASSERT_FALSE(table) << text;
    EXPECT_NE(table.error().message.find(part), std::string::npos) << text << ": " << table.error().message;
  }
  EXPECT_FALSE(bucket_at("s3://files?region=a&style=other", environment({})));
  EXPECT_FALSE(bucket_at("s3://files?region=a&checksums=none", environment({})));
  EXPECT_FALSE(bucket_at("s3://files?region=a&tickets=others", environment({})));
  EXPECT_FALSE(bucket_at("s3://files?region=a&public=files", environment({})));
}

}  // namespace
}  // namespace satchel::aws
