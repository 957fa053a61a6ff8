// SPDX-License-Identifier: Apache-2.0
// Stages of the fault harness that stand on HTTP: the DynamoDB and S3 adapters, through proxies that spoil exchanges, over a table and a store of each
// run's own. The invariants look at those past the proxies.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "satchel/aws/dynamodb_client.hpp"
#include "satchel/aws/s3_client.hpp"
#include "tests/faults/harness.hpp"

namespace satchel {

/// A fresh table behind an endpoint, what has to outlive it, and how to look at all of it.
struct TableGround {
  std::shared_ptr<void> below;
  aws::DynamoDbOptions options;
  std::function<std::vector<Item>()> items;
};

/// Likewise a store. `events` tells of new objects; null: the proxy does, of all that it saw succeed.
struct StoreGround {
  std::shared_ptr<void> below;
  aws::S3Options options;
  std::unique_ptr<ObjectEvents> events;
  std::function<std::vector<ObjectKey>()> objects;
};

/// `start` is what the clock of each run begins with.
Stage stage_on(std::function<TableGround(Clock&)> table, std::function<StoreGround(Clock&)> store, std::function<Time()> start);

/// Engines by their origins, as `make test-engines` has started them.
Stage stage_on_engines(const std::string& dynamodb, const std::string& s3);

}  // namespace satchel
