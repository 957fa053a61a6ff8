// SPDX-License-Identifier: Apache-2.0
#include "tests/contract/object_store_adapters.hpp"

#include <stdexcept>
#include <thread>

#include "satchel/aws/object_store.hpp"
#include "satchel/embedded/object_store.hpp"
#include "satchel/memory/random.hpp"
#include "satchel/net/server.hpp"
#include "satchel/objects/endpoint.hpp"
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

StoreGround s3_ground(const std::string& endpoint, bool full_object_checksums) {
  auto below = std::make_shared<OnS3>();
  auto clock = std::make_shared<ManualClock>(system_clock()->now());
  const aws::S3Options options{.endpoint = endpoint, .region = "us-east-1", .bucket = "contract-" + net::to_lower(ulid(clock->now(), *below->random)), .credentials = aws::fixed_credential({"test", "test"}), .full_object_checksums = full_object_checksums};
  const aws::ServiceClient service({"s3", options.endpoint, options.region, options.credentials}, *clock);
  const auto made = service.send({.method = "PUT", .target = {'/' + options.bucket, {}}, .fields = {}, .body = {}}, clock->now() + std::chrono::seconds{30});
  if (!made || made->status != 200) throw std::runtime_error("no bucket on " + endpoint + ": " + (made ? made->body : made.error().message));
  std::shared_ptr<ObjectStore> store = aws::s3_object_store(options, nullptr, *clock, *below->random);
  return {below, store, clock, put_by_http, get_by_http};
}

std::vector<ObjectStoreAdapter> s3_adapters() {
  std::vector<ObjectStoreAdapter> adapters;
  for (const auto& [name, endpoint] : engines_in("SATCHEL_S3")) {
    const bool full = name != "MiniStack";
    std::set<StoreGap> gaps{StoreGap::leases, StoreGap::events};
    if (!full) gaps.insert({StoreGap::own_checksum, StoreGap::small_parts});
    adapters.push_back({"S3On" + name, [endpoint, full] { return s3_ground(endpoint, full); }, std::move(gaps)});
  }
  return adapters;
}

}  // namespace

std::vector<ObjectStoreAdapter> object_store_adapters() {
  std::vector<ObjectStoreAdapter> adapters{{"Memory", memory}, {"Embedded", embedded}, {"S3OnSatchel", s3_on_own_endpoint, {StoreGap::leases}}, {"S3OnSatchelWithTickets", s3_with_tickets}};
  for (ObjectStoreAdapter& engine : s3_adapters()) adapters.push_back(std::move(engine));
  return adapters;
}

}  // namespace satchel::contract
