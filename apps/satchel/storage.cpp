// SPDX-License-Identifier: Apache-2.0
#include "apps/satchel/storage.hpp"

#include <fmt/format.h>

#include <cstdlib>
#include <utility>

#include "apps/satchel/function_processes.hpp"
#include "apps/satchel/ground.hpp"
#include "satchel/aws/event_queue.hpp"
#include "satchel/aws/integrity.hpp"
#include "satchel/aws/location.hpp"
#include "satchel/aws/object_store.hpp"
#include "satchel/aws/reach.hpp"
#include "satchel/aws/table.hpp"
#include "satchel/embedded/object_store.hpp"
#include "satchel/embedded/table.hpp"

namespace satchel {
namespace {

constexpr Duration kPatience = std::chrono::seconds{15};

std::optional<std::string> environment(std::string_view name) {
  const char* value = std::getenv(std::string(name).c_str());
  return value && *value ? std::optional<std::string>(value) : std::nullopt;
}

std::shared_ptr<aws::CredentialSource> engine_credentials(const Process& process) { return aws::default_credentials(environment, process.clock, process.logger); }

/// Null: nobody tells of new objects.
Result<std::unique_ptr<ObjectEvents>> events_elsewhere(const Configuration& configuration, const aws::S3Options& bucket, const Process& process) {
  if (configuration.object_events.empty()) return nullptr;
  auto queue = TRY(aws::queue_at(configuration.object_events, environment));
  queue.credentials = bucket.credentials;
  return aws::object_event_queue(std::move(queue), {.queue_url = configuration.object_events, .bucket = bucket.bucket}, process.clock, process.random, process.logger);
}

Result<ObjectSide> objects_in(const Configuration& configuration, const Ground& ground, objects::TicketCheck ticket_check, const Process& process) {
  ObjectSide side;
  side.engine = TRY(objects::Store::open({.folder = ground.folder.file("objects")}, process.clock, process.random, process.logger));
  embedded::ObjectStoreOptions signing{.base_url = configuration.public_url + std::string(kObjectsPath), .secret = embedded::object_store_secret(ground.master_key),
                                       .longest_upload_url = configuration.upload_url_life};
  side.endpoint = objects::Endpoint::create(
      {.prefix = std::string(kObjectsPath),
       .bucket = signing.bucket,
       .region = signing.region,
       .secrets = [key = signing.access_key, secret = signing.secret, functions_key = ground.functions_key](std::string_view asked) {
         if (asked == key) return std::optional(secret);
         return group_secret(functions_key, asked);
       },
       .ticket_check = std::move(ticket_check)},
      *side.engine, process.clock, process.random, process.logger);
  side.store = embedded::object_store(std::move(signing), *side.engine);
  side.probe = [engine = side.engine.get()](const Call&) -> Result<void> {
    if (engine->accepts_writes()) return {};
    return fail(ErrorCode::unavailable, "The object store takes no writes.", "a sync has failed; start the process again");
  };
  return side;
}

/// An engine that is only not itself at the moment is no reason to stay away: the next start asks again.
Result<void> check_integrity(const aws::S3Options& options, const Process& process) {
  const auto verified = aws::verify_integrity(options, process.clock, process.random, call_for(process.clock, kPatience).deadline);
  if (verified && options.full_object_checksums) {
    const auto whole = aws::keeps_whole_checksum(options, process.clock, process.random, call_for(process.clock, kPatience).deadline);
    if (whole ? !*whole : whole.error().code == ErrorCode::invalid || whole.error().code == ErrorCode::unsupported) {
      return fail(ErrorCode::invalid, fmt::format("{} does not keep the checksum of a whole object that came in parts. Add checksums=parts to 'objects'.", options.endpoint));
    }
  }
  if (verified || verified.error().code != ErrorCode::unavailable) return verified;
  process.logger.warn("objects.integrity_unknown", {{"message", verified.error().message}, {"detail", verified.error().detail}});
  return {};
}

Result<ObjectSide> objects_elsewhere(const Configuration& configuration, const Process& process) {
  const aws::S3Options options = TRY(remote_bucket(configuration, process));
  TRY(aws::reach_bucket(options, process.clock, process.random, call_for(process.clock, kPatience).deadline));
  TRY(check_integrity(options, process));
  ObjectSide side;
  auto events = TRY(events_elsewhere(configuration, options, process));
  side.has_events = events != nullptr;
  side.store = aws::s3_object_store(options, std::move(events), process.clock, process.random);
  side.origin = aws::origin_of(options);
  side.probe = [options, process](const Call& call) { return aws::reach_bucket(options, process.clock, process.random, call.deadline); };
  return side;
}

}  // namespace

Result<aws::DynamoDbOptions> remote_table(const Configuration& configuration, const Process& process) {
  auto options = TRY(aws::table_at(configuration.table, environment));
  options.credentials = engine_credentials(process);
  return options;
}

Result<aws::S3Options> remote_bucket(const Configuration& configuration, const Process& process) {
  auto options = TRY(aws::bucket_at(configuration.objects, environment));
  options.credentials = engine_credentials(process);
  options.longest_upload_url = configuration.upload_url_life;
  return options;
}

Result<std::unique_ptr<Table>> open_table(const Configuration& configuration, const DataFolder& folder, const Process& process) {
  if (configuration.table.empty()) return open_rocksdb_table({.folder = folder.file("table")}, process.clock, process.logger);
  const auto options = TRY(remote_table(configuration, process));
  TRY(aws::reach_table(options, process.clock, call_for(process.clock, kPatience).deadline));
  return aws::dynamodb_table(options, process.clock, process.random);
}

Result<ObjectSide> open_objects(const Configuration& configuration, const Ground& ground, objects::TicketCheck ticket_check, const Process& process) {
  if (configuration.objects.empty()) return objects_in(configuration, ground, std::move(ticket_check), process);
  return objects_elsewhere(configuration, process);
}

}  // namespace satchel
