// SPDX-License-Identifier: Apache-2.0
#include "tests/contract/object_store_adapters.hpp"

#include <thread>
#include <utility>

#include "satchel/aws/object_store.hpp"
#include "satchel/embedded/object_store.hpp"
#include "satchel/memory/random.hpp"
#include "satchel/net/server.hpp"
#include "satchel/objects/endpoint.hpp"
#include "tests/contract/engine_grounds.hpp"
#include "tests/contract/engines.hpp"
#include "tests/contract/object_store_client.hpp"
#include "tests/support/temporary_folder.hpp"

namespace satchel::contract {
namespace {

StoreGround memory() {
  auto clock = std::make_shared<ManualClock>();
  auto random = std::make_shared<SeededRandom>(1);
  std::shared_ptr<MemoryObjectStore> store = memory_object_store(*clock, *random);
  return {random, store, clock, [store](const SignedRequest& request, std::string_view bytes) { return store->put(request, bytes); },
          [store](const SignedRequest& request, std::uint64_t most) { return store->get(request, most); }};
}

/// Engine, endpoint and server of one test on loopback.
class EmbeddedGround {
 public:
  explicit EmbeddedGround(ManualClock& clock) {
    objects::StoreOptions options;
    options.folder = folder_.path() + "/objects";
    options.background = false;
    engine_ = objects::Store::open(options, clock, random_, *log_).value();
    objects::EndpointOptions endpoint;
    endpoint.secrets = [](std::string_view key) { return key == "satchel" ? std::optional<std::string>("secret") : std::nullopt; };
    endpoint.ticket_check = [](std::string_view ticket) { return ticket == "s"; };
    endpoint.threads = 4;
    endpoint_ = objects::Endpoint::create(std::move(endpoint), *engine_, clock, random_, *log_);
    server_ = net::Server::start({.loops = 1}, *endpoint_, *log_).value();
    store = embedded::object_store({.base_url = origin() + "/objects", .secret = "secret"}, *engine_);
  }
  ~EmbeddedGround() { server_->stop(time_->now() + std::chrono::seconds{5}); }

  ClientAnswer get(const SignedRequest& request, std::uint64_t most) {
    const std::size_t heard = engine_->receive(1000).value().size();
    ClientAnswer answer = get_by_http(request, most);
    if (request.url.contains("x-satchel-lease=")) wait_for_more_than(heard);
    return answer;
  }

  std::string origin() const { return "http://127.0.0.1:" + std::to_string(server_->port()); }
  Random& random() { return random_; }

  std::shared_ptr<ObjectStore> store;

 private:
  /// The store hears how an answer ended after the client did.
  void wait_for_more_than(std::size_t events) {
    const Time end = time_->now() + std::chrono::seconds{30};
    while (engine_->receive(1000).value().size() <= events && time_->now() < end) std::this_thread::yield();
  }

  TemporaryFolder folder_;
  std::unique_ptr<Logger> log_ = null_logger();
  std::unique_ptr<Clock> time_ = system_clock();
  SeededRandom random_{1};
  std::unique_ptr<objects::Store> engine_;
  std::unique_ptr<objects::Endpoint> endpoint_;
  std::unique_ptr<net::Server> server_;
};

StoreGround embedded() {
  auto clock = std::make_shared<ManualClock>();
  auto ground = std::make_shared<EmbeddedGround>(*clock);
  return {ground, ground->store, clock, put_by_http,
          [ground, clock](const SignedRequest& request, std::uint64_t most) { return ground->get(request, most); }};
}

/// The S3 adapter on Satchel's own endpoint, whose events stand in for those of a queue.
class EngineEvents final : public ObjectEvents {
 public:
  explicit EngineEvents(std::shared_ptr<ObjectStore> store) : store_(std::move(store)) {}
  Result<std::vector<Event>> receive(const Call& call, int most) override { return store_->receive(call, most); }
  Result<void> acknowledge(const Call& call, const Event& event) override { return store_->acknowledge(call, event); }

 private:
  std::shared_ptr<ObjectStore> store_;
};

aws::S3Options own_endpoint(const EmbeddedGround& ground) {
  return {.endpoint = ground.origin(), .path = "/objects", .region = "us-east-1", .bucket = "satchel", .credentials = aws::fixed_credential({"satchel", "secret"})};
}

StoreGround s3_on_own_endpoint() {
  auto clock = std::make_shared<ManualClock>();
  auto ground = std::make_shared<EmbeddedGround>(*clock);
  std::shared_ptr<ObjectStore> store = aws::s3_object_store(own_endpoint(*ground), std::make_unique<EngineEvents>(ground->store), *clock, ground->random());
  return {ground, store, clock, put_by_http, get_by_http};
}

/// As functions in processes of their own have it: what they sign says what it was made for, and names the address that clients know.
StoreGround s3_with_tickets() {
  auto clock = std::make_shared<ManualClock>();
  auto ground = std::make_shared<EmbeddedGround>(*clock);
  aws::S3Options options = own_endpoint(*ground);
  options.public_endpoint = "http://localhost" + ground->origin().substr(ground->origin().rfind(':'));
  options.public_path = options.path;
  options.tickets = true;
  std::shared_ptr<ObjectStore> store = aws::s3_object_store(options, std::make_unique<EngineEvents>(ground->store), *clock, ground->random());
  return {ground, store, clock, put_by_http, [ground](const SignedRequest& request, std::uint64_t most) { return ground->get(request, most); }};
}

/// A bucket of its own on an S3 engine, which has the true time and tells nobody of new objects.
struct OnS3 {
  std::unique_ptr<Random> random = system_random();
};

/// What the engine is, beside S3.
struct S3Engine {
  bool full_object_checksums = true;
  std::set<StoreGap> gaps = {};
};

S3Engine known(const std::string& name) {
  if (name == "MiniStack") return {.full_object_checksums = false, .gaps = {StoreGap::own_checksum, StoreGap::small_parts}};
  if (name == "CephRGW") return {.full_object_checksums = false, .gaps = {StoreGap::checksums, StoreGap::loose_completion}};
  return {};
}

StoreGround s3_ground(const std::string& endpoint, bool full_object_checksums) {
  auto below = std::make_shared<OnS3>();
  auto clock = std::make_shared<ManualClock>(system_clock()->now());
  aws::S3Options options = new_bucket(endpoint, *clock, *below->random);
  options.full_object_checksums = full_object_checksums;
  std::shared_ptr<ObjectStore> store = aws::s3_object_store(options, nullptr, *clock, *below->random);
  return {below, store, clock, put_by_http, get_by_http};
}

std::vector<ObjectStoreAdapter> s3_adapters() {
  std::vector<ObjectStoreAdapter> adapters;
  for (const auto& [name, endpoint] : engines_in("SATCHEL_S3")) {
    S3Engine engine = known(name);
    engine.gaps.insert({StoreGap::leases, StoreGap::events});
    adapters.push_back({"S3On" + name, [endpoint, full = engine.full_object_checksums] { return s3_ground(endpoint, full); }, std::move(engine.gaps)});
  }
  return adapters;
}

}  // namespace

std::string_view reason(StoreGap gap) {
  switch (gap) {
    case StoreGap::leases: return "S3 does not tell how an answer ended, so a download under a limited link is spent when it was allowed.";
    case StoreGap::events: return "New objects are told of by a queue beside the store (EventBridge and SQS on AWS), which this suite does not set up.";
    case StoreGap::small_parts: return "A part in the middle may be smaller than 5 MiB; S3 refuses the assembly.";
    case StoreGap::checksums: return "The engine is older than S3's CRC checksums: it neither verifies nor keeps them, nor looks at the size that a completion declares. Satchel then cannot tell that bytes were changed on their way, so such an engine is no store for it.";
    case StoreGap::loose_completion: return "A completion ignores If-None-Match and replaces an object of that key (Satchel's keys are random and used once), answers with an empty etag, and of an upload that has ended says InternalError, where S3 says NoSuchUpload.";
    case StoreGap::own_checksum: return "An object that was sent without a checksum has none; S3 computes CRC64NVME.";
  }
  std::unreachable();
}

std::vector<ObjectStoreAdapter> object_store_adapters() {
  std::vector<ObjectStoreAdapter> adapters{{"Memory", memory}, {"Embedded", embedded}, {"S3OnSatchel", s3_on_own_endpoint, {StoreGap::leases}}, {"S3OnSatchelWithTickets", s3_with_tickets}};
  for (ObjectStoreAdapter& engine : s3_adapters()) adapters.push_back(std::move(engine));
  return adapters;
}

}  // namespace satchel::contract
