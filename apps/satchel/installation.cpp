// SPDX-License-Identifier: Apache-2.0
#include "apps/satchel/installation.hpp"

#include <fmt/format.h>

#include "apps/satchel/mail_server.hpp"
#include "apps/satchel/tickets.hpp"
#include "apps/satchel/web_assets.hpp"
#include "satchel/embedded/object_store.hpp"
#include "satchel/functions/registry.hpp"
#include "satchel/identity/clients.hpp"
#include "satchel/identity/registry.hpp"
#include "satchel/identity/setup.hpp"
#include "satchel/model/keys.hpp"

namespace satchel {
namespace {

constexpr std::string_view kObjectsPath = "/objects";
// First path segments of the front-end's pages (web/src/app/routes.ts).
const std::vector<std::string> kPages{"files", "trash", "links", "users", "account", "signin", "signup", "setup", "invite", "reset", "callback"};

std::vector<Row> all_rows() {
  std::vector<Row> rows = function_rows();
  for (Row& row : identity_rows()) rows.push_back(std::move(row));
  return rows;
}

}  // namespace

Installation::Installation(const Configuration& configuration, Ground& ground, const Process& process)
    : configuration_(configuration),
      ground_(&ground),
      process_(process),
      settings_{.public_url = configuration.public_url, .default_quota = configuration.quota, .access_token_life = configuration.access_token_life, .version = SATCHEL_VERSION},
      table_(watched_outbox(*ground.table, [this] { if (worker_) worker_->nudge(); })),
      directory_(*table_, *ground.vault, process.random, configuration.quota),
      keys_(*table_, *ground.vault),
      issuer_{keys_, configuration.issuer()} {}

Result<std::unique_ptr<Installation>> Installation::open(const Configuration& configuration, Ground& ground, const Process& process) {
  std::unique_ptr<Installation> made(new Installation(configuration, ground, process));
  made->mailer_ = TRY(smtp_mailer(TRY(smtp_options(configuration)), process.clock, process.random));
  TRY(made->open_store());
  TRY(made->keys_.tend(call_for(process.clock), TableWriter(*made->table_, {Family::key}), process.random));
  TRY(made->wire_functions());
  made->wire_gateway();
  return made;
}

Result<void> Installation::open_store() {
  store_ = TRY(objects::Store::open({.folder = ground_->folder.file("objects")}, process_.clock, process_.random, process_.logger));
  embedded::ObjectStoreOptions signing{.base_url = configuration_.public_url + std::string(kObjectsPath), .secret = embedded::object_store_secret(ground_->master_key),
                                        .longest_upload_url = configuration_.upload_url_life};
  endpoint_ = objects::Endpoint::create(
      {.prefix = std::string(kObjectsPath),
       .bucket = signing.bucket,
       .region = signing.region,
       .secrets = [this, key = signing.access_key, secret = signing.secret](std::string_view asked) {
         if (asked == key) return std::optional(secret);
         return configuration_.functions_in_processes ? group_secret(ground_->master_key, asked) : std::nullopt;
       },
       .ticket_check = [this](std::string_view ticket) { return ticket_stands(*table_, process_.clock, ticket); }},
      *store_, process_.clock, process_.random, process_.logger);
  objects_ = embedded::object_store(std::move(signing), *store_);
  return {};
}

Result<void> Installation::wire_functions() {
  const Ports ports{*table_, *objects_, directory_, *mailer_, *ground_->vault, *ground_->hasher, settings_};
  if (configuration_.functions_in_processes) {
    processes_ = TRY(FunctionProcesses::start({configuration_, ground_->master_key, *table_, *endpoint_, process_}, all_rows()));
    registry_ = std::make_unique<Registry>(processes_->bind(ports));
  } else {
    registry_ = std::make_unique<Registry>(all_rows(), ports);
  }
  delivery_ = std::make_unique<Delivery>(*registry_, *table_, *objects_, process_.clock, process_.random, process_.logger, random_id(process_.random));
  schedules_ = std::make_unique<Schedules>(*registry_, *table_, process_.clock, process_.random, process_.logger);
  worker_ = std::make_unique<EventWorker>(*delivery_, *schedules_, process_.clock, process_.logger);
  gates_ = std::make_unique<Gates>(GateMeans{*registry_, *table_, *ground_->vault, &issuer_, process_.clock, process_.random, process_.logger});
  return {};
}

void Installation::stop_functions(Time deadline) {
  if (processes_) processes_->stop(deadline);
}

void Installation::wire_gateway() {
  gateway::GatewayOptions options{.origins = {.public_url = configuration_.public_url, .content_url = configuration_.content_url, .connect = {}},
                                  .proxies = gateway::TrustedProxies::parse(configuration_.trusted_proxies).value(),
                                  .metrics_token = configuration_.metrics_token,
                                  .pages = kPages,
                                  .pool = {}};
  gateway::GatewayMeans means{.registry = *registry_,
                              .gates = *gates_,
                              .clock = process_.clock,
                              .random = process_.random,
                              .logger = process_.logger,
                              .assets = web_assets(),
                              .config = [this](const Call& call) { return page_configuration(call); },
                              .probes = {},
                              .metrics = [this] { return metrics(); }};
  means.probes.push_back({"start", [this](const Call&) -> Result<void> {
                            if (ready_) return {};
                            return fail(ErrorCode::unavailable, "The server is starting.");
                          }});
  means.probes.push_back({"table", [this](const Call& call) -> Result<void> {
                            TRY(table_->get(call, keys::provider_settings()));
                            return {};
                          }});
  means.probes.push_back({"objects", [this](const Call&) -> Result<void> {
                            if (store_->accepts_writes()) return {};
                            return fail(ErrorCode::unavailable, "The object store takes no writes.", "a sync has failed; start the process again");
                          }});
  gateway_ = std::make_unique<gateway::Gateway>(std::move(options), std::move(means));
  gateway_->mount(std::string(kObjectsPath), *endpoint_);
}

Result<std::optional<std::string>> Installation::setup_link() {
  const identity::Setup setup(*table_, *ground_->vault);
  const auto token = TRY(setup.token(call_for(process_.clock), TableWriter(*table_, {Family::key}), process_.random));
  if (!token) return std::nullopt;
  return std::optional(identity::setup_url(configuration_.public_url, *token));
}

Result<Json> Installation::page_configuration(const Call& call) const {
  const auto item = TRY(table_->get(call, keys::provider_settings()));
  Json page = Json::object({{"issuer", configuration_.issuer()},
                            {"client_id", identity::kWebClient},
                            {"api", "/api/v1"},
                            {"version", settings_.version},
                            {"self_signup", item && item->flag(keys::kSelfSignup)},
                            {"mail", mailer_->enabled()}});
  if (!configuration_.content_url.empty()) page.set("content_url", configuration_.content_url);
  return page;
}

std::string Installation::metrics() const {
  using gateway::metric;
  const auto store = store_->counters();
  std::string text = metric("satchel_objects_written_total", "counter", "Objects that were stored.", store.objects_written);
  text += metric("satchel_object_parts_written_total", "counter", "Parts that were stored.", store.parts_written);
  text += metric("satchel_object_bytes_written_total", "counter", "Bytes that were stored.", store.bytes_written);
  text += metric("satchel_objects_removed_total", "counter", "Objects that were removed.", store.objects_removed);
  const auto delivered = delivery_->counts();
  text += metric("satchel_events_delivered_total", "counter", "Events that a consumer has handled.", delivered.delivered);
  text += metric("satchel_events_failed_total", "counter", "Tries of consumers that failed.", delivered.failed);
  text += metric("satchel_events_dead_total", "counter", "Events that were given up.", delivered.dead);
  if (processes_) {
    const auto functions = processes_->counters();
    text += metric("satchel_function_processes", "gauge", "Processes of functions now.", functions.processes_now);
    text += metric("satchel_function_processes_started_total", "counter", "Processes of functions that were started.", functions.launched);
    text += metric("satchel_function_processes_crashed_total", "counter", "Processes of functions that ended by themselves.", functions.crashed);
    text += metric("satchel_function_processes_killed_total", "counter", "Processes of functions that were killed at a deadline.", functions.killed);
  }
  const net::Server* listening = server_;
  if (!listening) return text;
  const auto server = listening->counters();
  text += metric("satchel_connections_total", "counter", "Connections taken.", server.connections);
  text += metric("satchel_connections", "gauge", "Connections now.", server.connections_now);
  text += metric("satchel_malformed_requests_total", "counter", "Requests that were no HTTP.", server.malformed);
  text += metric("satchel_bytes_in_total", "counter", "Bytes received.", server.bytes_in);
  text += metric("satchel_bytes_out_total", "counter", "Bytes sent.", server.bytes_out);
  text += metric("satchel_body_buffers", "gauge", "Buffers of bodies on their way in.", server.buffers_now);
  return text;
}

}  // namespace satchel
