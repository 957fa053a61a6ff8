// SPDX-License-Identifier: Apache-2.0
// The server, wired: the adapters that the configuration chooses, the functions over the adapters, the gates and the gateway in front of
// them. The one place where functions and adapters meet.
#pragma once

#include <atomic>
#include <memory>
#include <optional>
#include <string>

#include "apps/satchel/function_processes.hpp"
#include "apps/satchel/ground.hpp"
#include "apps/satchel/sign_in.hpp"
#include "satchel/gateway/gateway.hpp"
#include "satchel/ports/mailer.hpp"
#include "satchel/ports/object_store.hpp"
#include "satchel/runtime/delivery.hpp"
#include "satchel/runtime/event_worker.hpp"
#include "satchel/runtime/schedules.hpp"

namespace satchel {

class Installation {
 public:
  /// Opens the store and makes what a first start needs. The ground and the process outlive it. Errors: of the store, the table and the
  /// issuer, each a sentence for the person at the terminal.
  static Result<std::unique_ptr<Installation>> open(const Configuration& configuration, Ground& ground, const Process& process);

  net::Handler& handler() { return *gateway_; }
  /// Starts and ends the delivery of events and the functions of the clock.
  EventWorker& events() { return *worker_; }
  /// Ends the functions' processes, where they have some: what runs may end until `deadline`.
  void stop_functions(Time deadline);
  /// /readyz says so from here on: the start is over.
  void announce_ready() { ready_ = true; }
  /// What the person at the terminal should do while no administrator exists.
  Result<std::optional<std::string>> hint() { return sign_in_->hint(call_for(process_.clock)); }
  /// Lines for /metrics of what the gateway does not know: the server's own counters.
  void watch(const net::Server& server) { server_ = &server; }

 private:
  Installation(const Configuration& configuration, Ground& ground, const Process& process);
  Result<void> wire_functions();
  void wire_gateway();
  Result<Json> page_configuration(const Call& call) const;
  std::string store_metrics() const;
  std::string metrics() const;

  Configuration configuration_;
  Ground* ground_;
  Process process_;
  Settings settings_;
  ObjectSide objects_;
  std::unique_ptr<Table> table_;  // tells the worker of new events
  std::unique_ptr<Mailer> mailer_;
  std::unique_ptr<SignIn> sign_in_;
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
