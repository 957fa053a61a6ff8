// SPDX-License-Identifier: Apache-2.0
#include "satchel/runtime/event_worker.hpp"

#include <algorithm>
#include <utility>

namespace satchel {
namespace {

constexpr ErrorCode kNone = ErrorCode::invalid;  // no port answers a pass with it

class WatchedOutbox final : public Table {
 public:
  WatchedOutbox(Table& table, std::function<void()> on_event) : table_(&table), on_event_(std::move(on_event)) {}

  Result<std::optional<Item>> get(const Call& call, const Key& key) const override { return table_->get(call, key); }
  Result<std::vector<std::optional<Item>>> batch_get(const Call& call, const std::vector<Key>& keys) const override {
    return table_->batch_get(call, keys);
  }
  Result<Page> query(const Call& call, const Query& query) const override { return table_->query(call, query); }
  Result<WriteOutcome> write(const Call& call, const Transaction& transaction) override {
    auto outcome = table_->write(call, transaction);
    // An unknown outcome may have written it.
    if ((!outcome || outcome->committed()) && std::ranges::any_of(transaction, is_event)) on_event_();
    return outcome;
  }

 private:
  static bool is_event(const Operation& operation) {
    return std::holds_alternative<Put>(operation) && family_of(key_of(operation).partition) == Family::outbox;
  }

  Table* table_;
  std::function<void()> on_event_;
};

}  // namespace

EventWorker::EventWorker(Delivery& delivery, Schedules& schedules, Clock& clock, Logger& logger, const EventWorkerOptions& options)
    : delivery_(&delivery), schedules_(&schedules), clock_(&clock), logger_(&logger), options_(options) {}

void EventWorker::start() {
  deliverer_ = std::jthread([this](const std::stop_token& stop) { deliver(stop); });
  scheduler_ = std::jthread([this](const std::stop_token& stop) { run_schedules(stop); });
}

void EventWorker::stop() {
  deliverer_.request_stop();
  scheduler_.request_stop();
  if (deliverer_.joinable()) deliverer_.join();
  if (scheduler_.joinable()) scheduler_.join();
}

void EventWorker::nudge() {
  if (nudged_.exchange(true)) return;
  const std::scoped_lock lock(mutex_);  // between the waiter's look and its sleep there is no gap
  wake_.notify_all();
}

Call EventWorker::next_call() const {
  const Time now = clock_->now();
  return {now, now + options_.pass};
}

void EventWorker::wait(const std::stop_token& stop, bool for_nudge) {
  std::unique_lock lock(mutex_);
  wake_.wait_for(lock, stop, options_.poll, [&] { return for_nudge && nudged_.load(); });
}

/// Whether there may be more to do at once. A trouble that lasts is logged once.
bool EventWorker::noted(const Result<int>& result, std::string_view what, ErrorCode& last) {
  if (result) {
    if (last != kNone) logger_->info("worker.recovered", {{"work", what}});
    last = kNone;
    return *result > 0;
  }
  if (result.error().code != last) {
    logger_->warn("worker.failed", {{"work", what}, {"code", to_string(result.error().code)}, {"detail", result.error().detail}});
  }
  last = result.error().code;
  return false;
}

void EventWorker::deliver(const std::stop_token& stop) {
  ErrorCode last = kNone;
  while (!stop.stop_requested()) {
    nudged_ = false;
    if (!noted(delivery_->deliver(next_call(), stop), "events", last)) wait(stop, /*for_nudge=*/true);
  }
}

void EventWorker::run_schedules(const std::stop_token& stop) {
  ErrorCode last = kNone;
  while (!stop.stop_requested()) {
    noted(schedules_->run(next_call(), stop), "schedules", last);
    wait(stop, /*for_nudge=*/false);
  }
}

std::unique_ptr<Table> watched_outbox(Table& table, std::function<void()> on_event) {
  return std::make_unique<WatchedOutbox>(table, std::move(on_event));
}

}  // namespace satchel
