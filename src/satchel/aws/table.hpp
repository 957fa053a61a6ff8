// SPDX-License-Identifier: Apache-2.0
// The table on DynamoDB: string keys "pk" and "sk", indexes "gsi1" and "gsi2" that project all attributes. Any thread may call.
#pragma once

#include <memory>

#include "satchel/aws/dynamodb_client.hpp"
#include "satchel/base/random.hpp"
#include "satchel/ports/table.hpp"

namespace satchel::aws {

std::unique_ptr<Table> dynamodb_table(DynamoDbOptions options, Clock& clock, Random& random);

}  // namespace satchel::aws
