// SPDX-License-Identifier: Apache-2.0
#include "tests/contract/engine_grounds.hpp"

#include <stdexcept>

namespace satchel::contract {
namespace {

constexpr Duration kPatience{30'000};

Json attribute(std::string_view name) { return Json::object({{"AttributeName", name}, {"AttributeType", "S"}}); }
Json keys(std::string_view partition, std::string_view sort) {
  return Json::Array{Json::object({{"AttributeName", partition}, {"KeyType", "HASH"}}), Json::object({{"AttributeName", sort}, {"KeyType", "RANGE"}})};
}
Json index(std::string_view name, std::string_view partition, std::string_view sort) {
  return Json::object({{"IndexName", name}, {"KeySchema", keys(partition, sort)}, {"Projection", Json::object({{"ProjectionType", "ALL"}})}});
}

}  // namespace

aws::DynamoDbOptions new_table(const std::string& endpoint, Clock& clock, Random& random) {
  const aws::DynamoDbOptions options{
      .endpoint = endpoint, .region = "us-east-1", .table = "satchel-" + random_id(random), .credentials = aws::fixed_credential({"AKIDEXAMPLE", "secret"})};
  aws::DynamoDbClient client(options, clock);
  const auto made = client.call(
      "CreateTable",
      Json::object({{"TableName", options.table},
                    {"BillingMode", "PAY_PER_REQUEST"},
                    {"AttributeDefinitions", Json::Array{attribute("pk"), attribute("sk"), attribute("gsi1pk"), attribute("gsi1sk"), attribute("gsi2pk"), attribute("gsi2sk")}},
                    {"KeySchema", keys("pk", "sk")},
                    {"GlobalSecondaryIndexes", Json::Array{index("gsi1", "gsi1pk", "gsi1sk"), index("gsi2", "gsi2pk", "gsi2sk")}}}),
      clock.now() + kPatience);
  if (!made) throw std::runtime_error("no table on " + endpoint + ": " + made.error().message + ' ' + made.error().detail);
  return options;
}

aws::S3Options new_bucket(const std::string& endpoint, Clock& clock, Random& random) {
  const aws::S3Options options{.endpoint = endpoint, .region = "us-east-1", .bucket = "satchel-" + net::to_lower(ulid(clock.now(), random)), .credentials = aws::fixed_credential({"test", "test"})};
  const aws::ServiceClient service({"s3", options.endpoint, options.region, options.credentials}, clock);
  const auto made = service.send({.method = "PUT", .target = {'/' + options.bucket, {}}, .fields = {}, .body = {}}, clock.now() + kPatience);
  if (!made || made->status != 200) throw std::runtime_error("no bucket on " + endpoint + ": " + (made ? made->body : made.error().message));
  return options;
}

}  // namespace satchel::contract
