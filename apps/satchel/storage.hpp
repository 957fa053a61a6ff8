// SPDX-License-Identifier: Apache-2.0
// Where table and objects lie: in the data folder, or where the configuration says. The rest sees ports, and what a store needs beside them.
#pragma once

#include <functional>
#include <memory>
#include <string>

#include "apps/satchel/configuration.hpp"
#include "apps/satchel/data_folder.hpp"
#include "satchel/aws/dynamodb_client.hpp"
#include "satchel/aws/s3_client.hpp"
#include "satchel/objects/endpoint.hpp"
#include "satchel/objects/store.hpp"
#include "satchel/ports/object_store.hpp"
#include "satchel/ports/table.hpp"

namespace satchel {

/// What a process has of its own; outlives all that is built on it.
struct Process {
  Clock& clock;
  Random& random;
  Logger& logger;
};

/// The options of engines elsewhere, from the configuration and the environment; their credential is looked for when it is first wanted.
/// Error: invalid, naming what to set.
Result<aws::DynamoDbOptions> remote_table(const Configuration& configuration, const Process& process);
Result<aws::S3Options> remote_bucket(const Configuration& configuration, const Process& process);

/// Error: of the engine, a sentence for the person at the terminal; one elsewhere is asked whether it is there.
Result<std::unique_ptr<Table>> open_table(const Configuration& configuration, const DataFolder& folder, const Process& process);

struct Ground;

/// An object store, with what it brings along.
struct ObjectSide {
  std::unique_ptr<objects::Store> engine;        // in the data folder; null: elsewhere
  std::unique_ptr<objects::Endpoint> endpoint;   // over the engine, to be mounted; null: elsewhere
  std::unique_ptr<ObjectStore> store;
  std::string origin;                            // of one elsewhere: signed URLs lead there
  bool has_events = true;                        // whether it tells of new objects
  std::function<Result<void>(const Call&)> probe;
};

inline constexpr std::string_view kObjectsPath = "/objects";  // of the endpoint, below the public URL

/// Errors as those of open_table(); an engine elsewhere that does not verify checksums is refused, too.
Result<ObjectSide> open_objects(const Configuration& configuration, const Ground& ground, objects::TicketCheck ticket_check, const Process& process);

}  // namespace satchel
