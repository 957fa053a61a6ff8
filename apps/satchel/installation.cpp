// SPDX-License-Identifier: Apache-2.0
#include "apps/satchel/installation.hpp"

#include <fmt/format.h>

#include "apps/satchel/mail_server.hpp"
#include "apps/satchel/tickets.hpp"
#include "apps/satchel/web_assets.hpp"
#include "satchel/functions/registry.hpp"
#include "satchel/model/keys.hpp"

namespace satchel {
namespace {

// First path segments of the front-end's pages (web/src/app/routes.ts).
const std::vector<std::string> kPages{"files", "trash", "links", "users", "account", "signin", "signup", "setup", "invite", "reset", "callback"};

std::vector<Row> all_rows(const SignIn& sign_in) {
  std::vector<Row> rows = function_rows();
  for (Row& row : sign_in.rows()) rows.push_back(std::move(row));
  return rows;
}

}  // namespace

Installation::Installation(const Configuration& configuration, Ground& ground, const Process& process)
    : configuration_(configuration),
      ground_(&ground),
      process_(process),
      settings_{.public_url = configuration.public_url, .default_quota = configuration.quota, .access_token_life = configuration.access_token_life, .version = SATCHEL_VERSION, .self_signup_at_first = !configuration.outside_issuer.empty()},
      table_(watched_outbox(*ground.table, [this] { if (worker_) worker_->nudge(); })) {}

Result<std::unique_ptr<Installation>> Installation::open(const Configuration& configuration, Ground& ground, const Process& process) {
  std::unique_ptr<Installation> made(new Installation(configuration, ground, process));
  made->mailer_ = TRY(smtp_mailer(TRY(smtp_options(configuration)), process.clock, process.random));
  made->objects_ = TRY(open_objects(configuration, ground, [&table = *made->table_, &clock = process.clock](std::string_view ticket) { return ticket_stands(table, clock, ticket); }, process));
  made->settings_.object_events = made->objects_.has_events;
  made->sign_in_ = TRY(open_sign_in(configuration, *made->table_, *ground.vault, process));
  TRY(made->wire_functions());
  made->wire_gateway();
  return made;
}

Result<void> Installation::wire_functions() {
  const Ports ports{*table_, *objects_.store, sign_in_->directory(), *mailer_, *ground_->vault, *ground_->hasher, settings_};
  if (configuration_.functions_in_processes) {
    processes_ = TRY(FunctionProcesses::start({configuration_, *ground_, objects_.has_events, *table_, objects_.endpoint.get(), process_}, all_rows(*sign_in_)));
    registry_ = std::make_unique<Registry>(processes_->bind(ports));
  } else {
    registry_ = std::make_unique<Registry>(all_rows(*sign_in_), ports);
  }
  delivery_ = std::make_unique<Delivery>(*registry_, *table_, *objects_.store, process_.clock, process_.random, process_.logger, random_id(process_.random));
  schedules_ = std::make_unique<Schedules>(*registry_, *table_, process_.clock, process_.random, process_.logger);
  // What this process writes it delivers at once in any case; each look at a table elsewhere is sixteen reads that are paid.
  const EventWorkerOptions pace{.poll = configuration_.table.empty() ? Duration{1'000} : Duration{3'000}};
  worker_ = std::make_unique<EventWorker>(*delivery_, *schedules_, process_.clock, process_.logger, pace);
  gates_ = std::make_unique<Gates>(GateMeans{*registry_, *table_, *ground_->vault, &sign_in_->issuer(), process_.clock, process_.random, process_.logger});
  return {};
}

void Installation::stop_functions(Time deadline) {
  if (processes_) processes_->stop(deadline);
}

void Installation::wire_gateway() {
  gateway::GatewayOptions options{.origins = {.public_url = configuration_.public_url, .content_url = configuration_.content_url, .objects = objects_.origin, .connect = sign_in_->origins()},
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
  means.probes.push_back({"objects", objects_.probe});
  gateway_ = std::make_unique<gateway::Gateway>(std::move(options), std::move(means));
  if (objects_.endpoint) gateway_->mount(std::string(kObjectsPath), *objects_.endpoint);
}

Result<Json> Installation::page_configuration(const Call& call) const {
  const auto item = TRY(table_->get(call, keys::provider_settings()));
  Json page(sign_in_->page());
  page.set("api", "/api/v1");
  page.set("version", settings_.version);
  page.set("self_signup", configuration_.outside_issuer.empty() && item && item->flag(keys::kSelfSignup));
  page.set("mail", mailer_->enabled());
  if (!configuration_.content_url.empty()) page.set("content_url", configuration_.content_url);
  return page;
}

std::string Installation::store_metrics() const {
  using gateway::metric;
  if (!objects_.engine) return {};
  const auto store = objects_.engine->counters();
  return metric("satchel_objects_written_total", "counter", "Objects that were stored.", store.objects_written) +
         metric("satchel_object_parts_written_total", "counter", "Parts that were stored.", store.parts_written) +
         metric("satchel_object_bytes_written_total", "counter", "Bytes that were stored.", store.bytes_written) +
         metric("satchel_objects_removed_total", "counter", "Objects that were removed.", store.objects_removed);
}

std::string Installation::metrics() const {
  using gateway::metric;
  std::string text = store_metrics();
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
