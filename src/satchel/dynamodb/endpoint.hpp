// SPDX-License-Identifier: Apache-2.0
// A DynamoDB endpoint over any Table: GetItem, BatchGetItem, Query and TransactWriteItems, as the adapter in aws/ sends them, for functions
// that run in processes of their own. Each request bears a signature (Version 4, over the body, too) of a known access key, and may
// read and write only what that key's rights name, as an IAM policy with leading keys does: what is missing in a row of the registry shows here.
// Reads and writes run on threads of its own, so handle() never blocks a loop.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <string_view>

#include "satchel/base/clock.hpp"
#include "satchel/base/log.hpp"
#include "satchel/base/pool.hpp"
#include "satchel/base/random.hpp"
#include "satchel/net/server.hpp"
#include "satchel/ports/table.hpp"

namespace satchel::dynamodb {

/// What the holder of an access key may do.
struct Rights {
  bool reads = false;         // GetItem, BatchGetItem, Query: all of the table
  std::set<Family> writes{};  // leading keys of all operations of a transaction, checks included
  bool writes_all = false;    // whatever the key
};

struct Holder {
  std::string secret;
  Rights rights;
};

struct EndpointOptions {
  std::string table = "satchel";
  std::string region = "us-east-1";
  /// Who has an access key; empty where nobody does. Called from any thread.
  std::function<std::optional<Holder>(std::string_view access_key)> holders;
  Duration patience{30'000};                      // of one call of the table
  std::uint64_t body_budget = 128 * 1024 * 1024;  // of all bodies that are being read and answered; beyond it calls are throttled
  PoolOptions pool{};
};

class Endpoint : public net::Handler {
 public:
  /// All referred to outlive it; it outlives the server that calls it.
  static std::unique_ptr<Endpoint> create(EndpointOptions options, Table& table, const Clock& clock, Random& random, Logger& log);
};

}  // namespace satchel::dynamodb
