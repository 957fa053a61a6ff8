// SPDX-License-Identifier: Apache-2.0
// A table and a bucket of their own on engines that `make test-engines` has started.
#pragma once

#include <string>

#include "satchel/aws/dynamodb_client.hpp"
#include "satchel/aws/s3_client.hpp"
#include "satchel/base/random.hpp"

namespace satchel::contract {

/// A new table with the two indexes on a DynamoDB engine. Throws std::runtime_error where the engine makes none.
aws::DynamoDbOptions new_table(const std::string& endpoint, Clock& clock, Random& random);

/// A new bucket on an S3 engine, by the credential test and test. Likewise.
aws::S3Options new_bucket(const std::string& endpoint, Clock& clock, Random& random);

}  // namespace satchel::contract
