// SPDX-License-Identifier: Apache-2.0
#include "apps/satchel/storage.hpp"

#include <cstdlib>
#include <utility>

#include "apps/satchel/ground.hpp"
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

Result<std::shared_ptr<aws::CredentialSource>> engine_credentials() {
  const auto key = environment("AWS_ACCESS_KEY_ID"), secret = environment("AWS_SECRET_ACCESS_KEY");
  if (!key || !secret) return fail(ErrorCode::invalid, "There is no credential for the engines. Set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY.");
  return aws::fixed_credential({.access_key = *key, .secret = *secret, .session_token = environment("AWS_SESSION_TOKEN").value_or("")});
}

Result<ObjectSide> objects_in(const Configuration& configuration, const DataFolder& folder, const std::string& master_key, objects::TicketCheck ticket_check, const Process& process) {
  ObjectSide side;
  side.engine = TRY(objects::Store::open({.folder = folder.file("objects")}, process.clock, process.random, process.logger));
  embedded::ObjectStoreOptions signing{.base_url = configuration.public_url + std::string(kObjectsPath), .secret = embedded::object_store_secret(master_key),
                                       .longest_upload_url = configuration.upload_url_life};
  side.endpoint = objects::Endpoint::create(
      {.prefix = std::string(kObjectsPath),
       .bucket = signing.bucket,
       .region = signing.region,
       .secrets = [key = signing.access_key, secret = signing.secret](std::string_view asked) { return asked == key ? std::optional(secret) : std::nullopt; },
       .ticket_check = std::move(ticket_check)},
      *side.engine, process.clock, process.random, process.logger);
  side.store = embedded::object_store(std::move(signing), *side.engine);
  side.probe = [engine = side.engine.get()](const Call&) -> Result<void> {
    if (engine->accepts_writes()) return {};
    return fail(ErrorCode::unavailable, "The object store takes no writes.", "a sync has failed; start the process again");
  };
  return side;
}

Result<ObjectSide> objects_elsewhere(const Configuration& configuration, const Process& process) {
  const aws::S3Options options = TRY(remote_bucket(configuration));
  TRY(aws::reach_bucket(options, process.clock, process.random, call_for(process.clock, kPatience).deadline));
  ObjectSide side;
  side.store = aws::s3_object_store(options, nullptr, process.clock, process.random);
  side.origin = aws::origin_of(options);
  side.has_events = false;
  side.probe = [options, process](const Call& call) { return aws::reach_bucket(options, process.clock, process.random, call.deadline); };
  return side;
}

}  // namespace

Result<aws::DynamoDbOptions> remote_table(const Configuration& configuration) {
  auto options = TRY(aws::table_at(configuration.table, environment));
  options.credentials = TRY(engine_credentials());
  return options;
}

Result<aws::S3Options> remote_bucket(const Configuration& configuration) {
  auto options = TRY(aws::bucket_at(configuration.objects, environment));
  options.credentials = TRY(engine_credentials());
  options.longest_upload_url = configuration.upload_url_life;
  return options;
}

Result<std::unique_ptr<Table>> open_table(const Configuration& configuration, const DataFolder& folder, const Process& process) {
  if (configuration.table.empty()) return open_rocksdb_table({.folder = folder.file("table")}, process.clock, process.logger);
  const auto options = TRY(remote_table(configuration));
  TRY(aws::reach_table(options, process.clock, call_for(process.clock, kPatience).deadline));
  return aws::dynamodb_table(options, process.clock, process.random);
}

Result<ObjectSide> open_objects(const Configuration& configuration, const DataFolder& folder, const std::string& master_key, objects::TicketCheck ticket_check, const Process& process) {
  if (configuration.objects.empty()) return objects_in(configuration, folder, master_key, std::move(ticket_check), process);
  return objects_elsewhere(configuration, process);
}

}  // namespace satchel
