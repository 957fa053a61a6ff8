// SPDX-License-Identifier: Apache-2.0
// The embedded shape, wired: every adapter over one data folder, the functions over the adapters, the gates and the gateway in front of
// them. The one place where functions and adapters meet.
#pragma once

#include <atomic>
#include <memory>
#include <optional>
#include <string>

#include "apps/satchel/function_processes.hpp"
#include "apps/satchel/ground.hpp"
#include "satchel/gateway/gateway.hpp"
#include "satchel/identity/directory.hpp"
#include "satchel/identity/signing_keys.hpp"
#include "satchel/objects/endpoint.hpp"
#include "satchel/objects/store.hpp"
#include "satchel/ports/mailer.hpp"
#include "satchel/ports/object_store.hpp"
#include "satchel/runtime/delivery.hpp"
#include "satchel/runtime/event_worker.hpp"
#include "satchel/runtime/schedules.hpp"

namespace satchel {

class Installation {
 public:
  /// Opens the store and makes what a first start needs (signing keys). The ground and the process outlive it. Errors: of the store and
  /// the table, each a sentence for the person at the terminal.
  static Result<std::unique_ptr<Installation>> open(const Configuration& configuration, Ground& ground, const Process& process);

  net::Handler& handler() { return *gateway_; }
  /// Starts and ends the delivery of events and the functions of the clock.
  EventWorker& events() { return *worker_; }
  /// Ends the functions' processes, where they have some: what runs may end until `deadline`.
  void stop_functions(Time deadline);
  /// /readyz says so from here on: the start is over.
  void announce_ready() { ready_ = true; }
  /// "PUBLIC_URL/setup#TOKEN", while no administrator exists.
  Result<std::optional<std::string>> setup_link();
  /// Lines for /metrics of what the gateway does not know: the server's own counters.
  void watch(const net::Server& server) { server_ = &server; }

 private:
  Installation(const Configuration& configuration, Ground& ground, const Process& process);
  Result<void> open_store();
  Result<void> wire_functions();
  void wire_gateway();
  Result<Json> page_configuration(const Call& call) const;
  std::string metrics() const;

  Configuration configuration_;
  Ground* ground_;
  Process process_;
  Settings settings_;
  std::unique_ptr<objects::Store> store_;
  std::unique_ptr<ObjectStore> objects_;
  std::unique_ptr<objects::Endpoint> endpoint_;
  std::unique_ptr<Table> table_;  // tells the worker of new events
  std::unique_ptr<Mailer> mailer_;
  identity::AccountDirectory directory_;
  identity::SigningKeys keys_;
  TrustedIssuer issuer_;
  std::unique_ptr<FunctionProcesses> processes_;  // null: functions run in this one
  std::unique_ptr<Registry> registry_;
  std::unique_ptr<Delivery> delivery_;
  std::unique_ptr<Schedules> schedules_;
  std::unique_ptr<EventWorker> worker_;
  std::unique_ptr<Gates> gates_;
  std::unique_ptr<gateway::Gateway> gateway_;
  std::atomic<bool> ready_ = false;
  std::atomic<const net::Server*> server_ = nullptr;
};

}  // namespace satchel
