// SPDX-License-Identifier: Apache-2.0
// The threads that keep events and schedules going: one delivers and one runs the clock's functions, so that a long sweep keeps no
// event waiting. Between passes they sleep until they are nudged or the poll interval has passed; an idle process does a few
// point reads a second and writes nothing. Any thread may call.
#pragma once

#include <atomic>
#include <condition_variable>
#include <functional>
#include <memory>
#include <mutex>
#include <thread>

#include "satchel/runtime/delivery.hpp"
#include "satchel/runtime/schedules.hpp"

namespace satchel {

struct EventWorkerOptions {
  Duration poll{1'000};   // what other processes wrote, and tries that have become due
  Duration pass{30'000};  // deadline of one pass
};

class EventWorker {
 public:
  EventWorker(Delivery& delivery, Schedules& schedules, Clock& clock, Logger& logger, const EventWorkerOptions& options = {});
  ~EventWorker() { stop(); }
  EventWorker(const EventWorker&) = delete;
  EventWorker& operator=(const EventWorker&) = delete;

  void start();
  /// Returns once the consumers that run now have ended; no other is started. Idempotent.
  void stop();
  /// There is an event: do not wait for the poll. Costs next to nothing, and nothing where it has been said already.
  void nudge();

 private:
  void deliver(const std::stop_token& stop);
  void run_schedules(const std::stop_token& stop);
  void wait(const std::stop_token& stop, bool for_nudge);
  bool noted(const Result<int>& result, std::string_view what, ErrorCode& last);
  Call next_call() const;

  Delivery* delivery_;
  Schedules* schedules_;
  Clock* clock_;
  Logger* logger_;
  EventWorkerOptions options_;
  std::mutex mutex_;
  std::condition_variable_any wake_;
  std::atomic<bool> nudged_ = false;
  std::jthread deliverer_, scheduler_;
};

/// A table that says so when an event has been written into the outbox. Everything else passes through.
std::unique_ptr<Table> watched_outbox(Table& table, std::function<void()> on_event);

}  // namespace satchel
