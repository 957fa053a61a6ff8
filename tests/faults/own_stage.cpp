// SPDX-License-Identifier: Apache-2.0
#include "tests/faults/own_stage.hpp"

#include "satchel/dynamodb/endpoint.hpp"
#include "satchel/embedded/object_store.hpp"
#include "satchel/net/server.hpp"
#include "satchel/objects/endpoint.hpp"
#include "tests/support/temporary_folder.hpp"

namespace satchel {
namespace {

std::string origin_of(const net::Server& server) { return "http://127.0.0.1:" + std::to_string(server.port()); }
net::Credential credential() { return {"satchel", "secret"}; }

/// A table in memory behind the endpoint.
struct OwnTable {
  explicit OwnTable(Clock& clock)
      : endpoint(dynamodb::Endpoint::create({.holders = [](std::string_view) { return std::optional(dynamodb::Holder{credential().secret, {.reads = true, .writes_all = true}}); }, .pool = {.threads = 2}},
                                            *table, clock, *random, *log)),
        server(net::Server::start({.loops = 1}, *endpoint, *log).value()) {}
  ~OwnTable() { server->stop(system_clock()->now() + std::chrono::seconds{5}); }

  std::unique_ptr<Random> random = system_random();
  std::unique_ptr<Logger> log = null_logger();
  std::unique_ptr<MemoryTable> table = memory_table();
  std::unique_ptr<dynamodb::Endpoint> endpoint;
  std::unique_ptr<net::Server> server;
};

/// The engine and its endpoint, with a folder of their own.
struct OwnStore {
  explicit OwnStore(Clock& clock) {
    engine = objects::Store::open({.folder = folder.path() + "/objects", .background = false}, clock, *random, *log).value();
    objects::EndpointOptions options;
    options.secrets = [](std::string_view) { return std::optional(credential().secret); };
    options.ticket_check = [](std::string_view) { return false; };
    options.threads = 2;
    endpoint = objects::Endpoint::create(std::move(options), *engine, clock, *random, *log);
    server = net::Server::start({.loops = 1}, *endpoint, *log).value();
  }
  ~OwnStore() { server->stop(system_clock()->now() + std::chrono::seconds{5}); }

  TemporaryFolder folder;
  std::unique_ptr<Random> random = system_random();
  std::unique_ptr<Logger> log = null_logger();
  std::unique_ptr<objects::Store> engine;
  std::unique_ptr<objects::Endpoint> endpoint;
  std::unique_ptr<net::Server> server;
};

/// The engine's own queue.
class EventsOfEngine final : public ObjectEvents {
 public:
  explicit EventsOfEngine(std::shared_ptr<OwnStore> store) : store_(std::move(store)) {}
  Result<std::vector<Event>> receive(const Call&, int most) override { return store_->engine->receive(most); }
  Result<void> acknowledge(const Call&, const Event& event) override { return store_->engine->acknowledge(event); }

 private:
  std::shared_ptr<OwnStore> store_;
};

TableGround own_table(Clock& clock) {
  const auto own = std::make_shared<OwnTable>(clock);
  return {own, {.endpoint = origin_of(*own->server), .region = "us-east-1", .table = "satchel", .credentials = aws::fixed_credential(credential())}, [own] { return own->table->items(); }};
}

StoreGround own_store(Clock& clock) {
  constexpr int kAll = 1000;
  const auto own = std::make_shared<OwnStore>(clock);
  const aws::S3Options options{.endpoint = origin_of(*own->server), .path = "/objects", .region = "us-east-1", .bucket = "satchel", .credentials = aws::fixed_credential(credential())};
  return {own, options, std::make_unique<EventsOfEngine>(own), [own] { return own->engine->list("", "", kAll).value(); }};
}

}  // namespace

Stage stage_on_own_endpoints() {
  return stage_on(own_table, own_store, [] { return ManualClock().now(); });
}

}  // namespace satchel
