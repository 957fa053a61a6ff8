// SPDX-License-Identifier: Apache-2.0
#include "tests/contract/engine_grounds.hpp"

#include <stdexcept>

#include "satchel/aws/examine_table.hpp"

namespace satchel::contract {
namespace {

constexpr Duration kPatience{30'000};

}  // namespace

aws::DynamoDbOptions new_table(const std::string& endpoint, Clock& clock, Random& random) {
  const aws::DynamoDbOptions options{
      .endpoint = endpoint, .region = "us-east-1", .table = "satchel-" + random_id(random), .credentials = aws::fixed_credential({"AKIDEXAMPLE", "secret"})};
  const auto made = aws::create_table(options, clock, clock.now() + kPatience);
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
