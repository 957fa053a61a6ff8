// SPDX-License-Identifier: Apache-2.0
// Functions in processes of their own (functions = process): a local Lambda host for the program that AWS runs, and what that program
// needs of the server on loopback: the table as DynamoDB, the objects as S3. Each deployment group has a credential that reads and writes
// what its rows name. Gateway, gates, delivery and schedules stay as they are, in the server.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "apps/satchel/configuration.hpp"
#include "apps/satchel/ground.hpp"
#include "satchel/dynamodb/endpoint.hpp"
#include "satchel/lambda_host/host.hpp"
#include "satchel/net/server.hpp"
#include "satchel/runtime/registry.hpp"

namespace satchel {

/// The secret of an access key of a deployment group; empty where the key is of another form, or there is no functions key. It follows from
/// that key of the data folder, so that what a function has signed outlives a restart, and no function can find another group's.
std::optional<std::string> group_secret(std::string_view functions_key, std::string_view access_key);

/// What the rows of a group may do with the table.
dynamodb::Rights rights_of(const std::vector<Row>& rows, std::string_view group);

class FunctionProcesses {
 public:
  /// What the processes reach; all of it outlives them.
  struct Means {
    const Configuration& configuration;
    const Ground& ground;
    bool object_events;   // whether the store tells of new objects
    Table& table;
    net::Handler* objects;  // the S3 endpoint, which knows the secrets above; null: objects lie elsewhere, and so does the table
    Process process;
  };

  /// Listens on loopback and starts no process yet. Errors: invalid (there is no such program), unavailable (no port).
  static Result<std::unique_ptr<FunctionProcesses>> start(const Means& means, std::vector<Row> rows);
  ~FunctionProcesses();

  /// Each row with a function that a process does. Those that send mail by SMTP stay here: on AWS mail goes another way.
  std::vector<Bound> bind(const Ports& ports);
  /// Lets invocations end until `deadline`, then kills. Idempotent.
  void stop(Time deadline) { host_->stop(deadline); }
  lambda_host::FleetCounters counters() const { return host_->fleet().counters(); }

 private:
  FunctionProcesses(const Means& means, std::vector<Row> rows);
  Result<void> listen();
  std::vector<std::string> engines_here(const std::string& group) const;
  std::vector<std::string> environment(const std::string& group) const;

  Means means_;
  std::vector<Row> rows_;
  std::unique_ptr<dynamodb::Endpoint> table_endpoint_;
  std::unique_ptr<net::Server> table_server_, objects_server_;
  std::unique_ptr<lambda_host::Host> host_;
};

}  // namespace satchel
