// SPDX-License-Identifier: Apache-2.0
#include "satchel/runtime/delivery.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "satchel/base/retry.hpp"
#include "satchel/runtime/start.hpp"

namespace satchel {
namespace {

constexpr int kPageSize = 100;
constexpr int kPagesAPass = 16;   // how far a pass looks past events that wait
constexpr int kObjectEvents = 64;
constexpr std::size_t kDeletesAtOnce = 50;
constexpr std::string_view kBehindUlids = "8";  // an ulid begins with 0 to 7; the shard's lease does not

std::string tries_of(std::string_view consumer) { return fmt::format("tries_{}", consumer); }
std::string done_by(std::string_view consumer) { return fmt::format("done_{}", consumer); }

bool waits_for(const Item& item, std::string_view consumer) {
  return !item.flag(done_by(consumer)) && (!item.has(kOnlyFor) || item.text(kOnlyFor) == consumer);
}

}  // namespace

struct Delivery::Pass {
  std::set<std::string, std::less<>> waiting;  // subjects whose later events must wait, too
  std::vector<Key> done;                       // delivered, not yet deleted
  int handled = 0;
};

Delivery::Delivery(const Registry& registry, Table& table, ObjectEvents& objects, Clock& clock, Random& random, Logger& logger,
                   std::string owner, const DeliveryOptions& options)
    : registry_(&registry), table_(&table), objects_(&objects), clock_(&clock), random_(&random), logger_(&logger),
      owner_(std::move(owner)), options_(options) {}

Result<int> Delivery::deliver(const Call& call, const std::stop_token& stop) {
  int handled = TRY(pump(call, stop));
  for (int shard = 0; shard < keys::kOutboxShards && !stop.stop_requested(); ++shard) {
    handled += TRY(deliver_shard(call, shard, stop));
  }
  return handled;
}

/// Most object events are done at once and cost the outbox nothing; one that fails goes there to wait.
Result<int> Delivery::pump(const Call& call, const std::stop_token& stop) {
  const std::vector<Event> events = TRY(objects_->receive(call, kObjectEvents));
  int handled = 0;
  for (const Event& event : events) {
    if (stop.stop_requested() || clock_->now() >= call.deadline) break;
    const Item item = outbox_item(event);
    Transaction kept = hand_out(item);
    if (auto* update = kept.empty() ? nullptr : std::get_if<Update>(&kept.front())) {
      // Absent: where it is there already, an acknowledgement was lost after an earlier failure.
      Put put{item, Condition::absent()};
      for (const auto& [name, value] : update->set) put.item.set(name, value);
      kept.front() = std::move(put);
    }
    if (!kept.empty()) TRY(write(call, kept));
    TRY(objects_->acknowledge(call, event));
    ++handled;
  }
  return handled;
}

Result<int> Delivery::deliver_shard(const Call& call, int shard, const std::stop_token& stop) {
  Pass pass;
  Query query{.partition = keys::outbox_partition(shard), .until = std::string(kBehindUlids), .limit = kPageSize};
  for (int pages = 0; pages < kPagesAPass; ++pages) {
    const Page page = TRY(table_->query(call, query));
    for (const Item& item : page.items) {
      if (stop.stop_requested() || clock_->now() >= call.deadline || !TRY(hold(call, shard))) {
        TRY(forget(call, pass.done));
        return pass.handled;
      }
      TRY(deliver_item(call, item, pass));
    }
    if (page.cursor.empty()) break;
    query.cursor = page.cursor;
  }
  TRY(forget(call, pass.done));
  return pass.handled;
}

Result<void> Delivery::deliver_item(const Call& call, const Item& item, Pass& pass) {
  const std::string subject = item.text("subject");
  if (pass.waiting.contains(subject)) return {};
  if (from_millis(item.number(kNotBefore)) > clock_->now()) {
    pass.waiting.insert(subject);
    return {};
  }
  ++pass.handled;
  const Transaction kept = hand_out(item);
  if (kept.empty()) {
    pass.done.push_back(item.key);
    return pass.done.size() < kDeletesAtOnce ? Result<void>{} : forget(call, pass.done);
  }
  if (std::holds_alternative<Update>(kept.front())) pass.waiting.insert(subject);
  TRY(write(call, kept));
  return {};
}

/// Taken only where a shard has something to deliver, so that an idle process writes nothing.
Result<bool> Delivery::hold(const Call& call, int shard) {
  const Time now = clock_->now();
  Time& held_until = held_until_[static_cast<std::size_t>(shard)];
  if (held_until > now + options_.lease / 3 && held_until <= now + options_.lease) return true;
  const auto before = TRY(table_->get(call, keys::outbox_lease(shard)));
  const Time until = now + options_.lease;
  // A lease far in the future was made before the clock was set back.
  const bool taken = before && before->text("owner") != owner_ && from_millis(before->number("until")) > now &&
                     from_millis(before->number("until")) <= until;
  if (taken) return false;
  Put put{{keys::outbox_lease(shard), {}}, Condition::absent()};
  put.item.set("owner", owner_);
  put.item.set("until", to_millis(until));
  if (before) put.condition = Condition::equals("owner", before->text("owner")).and_equals("until", before->number("until"));
  const auto outcome = table_->write(call, {put});
  if (!outcome && outcome.error().code == ErrorCode::conflict) return false;
  if (!outcome) return std::unexpected(outcome.error());
  if (outcome->committed()) held_until = until;
  return outcome->committed();
}

Transaction Delivery::hand_out(const Item& item) {
  const Event event = event_from(item);
  Update kept{.key = item.key, .condition = Condition::exists()};
  Transaction dead;
  bool waits = false;
  std::int64_t most_tries = 0;
  for (const Bound* consumer : registry_->consumers(event.type)) {
    const std::string name(consumer->row.name);
    if (!waits_for(item, name)) continue;
    const Result<void> result = start_consumer(*consumer, event, {*clock_, *random_, *logger_});
    const std::int64_t tries = item.number(tries_of(name)) + 1;
    ++(result ? delivered_ : failed_);
    if (!result) {
      logger_->warn("event.failed", {{"consumer", name}, {"event", event.id}, {"type", event.type}, {"tries", tries},
                                     {"code", to_string(result.error().code)}, {"detail", result.error().detail}});
    }
    if (!result && tries < options_.tries) {
      waits = true;
      most_tries = std::max(most_tries, tries);
      kept.set.emplace(tries_of(name), tries);
      continue;
    }
    kept.set.emplace(done_by(name), true);
    if (!result) dead.push_back(Put{dead_letter(item, name, result.error()), Condition::none()});
  }
  if (!waits && dead.empty()) return {};
  if (waits) kept.set.emplace(kNotBefore, to_millis(next_try(most_tries)));
  Transaction transaction;
  if (waits) transaction.emplace_back(std::move(kept));
  std::ranges::move(dead, std::back_inserter(transaction));
  if (!waits) transaction.emplace_back(Delete{item.key, Condition::none()});
  return transaction;
}

Item Delivery::dead_letter(const Item& item, const std::string& consumer, const Error& error) {
  ++dead_;
  logger_->error("event.dead", {{"consumer", consumer}, {"event", item.key.sort}, {"code", to_string(error.code)}});
  Item letter = outbox_item(event_from(item));
  letter.key = keys::dead_letter(consumer, item.key.sort);
  letter.set("died", to_millis(clock_->now()));
  letter.set("code", std::string(to_string(error.code)));
  return letter;
}

Time Delivery::next_try(std::int64_t tries) {
  Duration delay = options_.first_delay;
  for (std::int64_t n = 1; n < tries && delay < options_.longest_delay; ++n) delay *= 2;
  delay = std::min(delay, options_.longest_delay);
  const auto half = static_cast<std::uint64_t>(delay.count() / 2);
  return clock_->now() + delay - Duration{static_cast<std::int64_t>(random_below(*random_, half + 1))};
}

/// Everything this class writes is idempotent, and a condition that does not hold says that it has been written before.
Result<WriteOutcome> Delivery::write(const Call& call, const Transaction& transaction) {
  return retry(RetryPolicy{}, call.deadline, *clock_, *random_, [&] { return table_->write(call, transaction); });
}

Result<void> Delivery::forget(const Call& call, std::vector<Key>& done) {
  if (done.empty()) return {};
  Transaction deletes;
  for (Key& key : done) deletes.emplace_back(Delete{std::move(key), Condition::none()});
  done.clear();
  TRY(write(call, deletes));
  return {};
}

Result<int> redrive(Table& table, const Call& call, Clock& clock, Random& random, std::string_view consumer, int most) {
  Query query{.partition = keys::dead_letter(consumer, "").partition, .limit = std::clamp(most, 1, 1000)};
  int redriven = 0;
  do {
    const Page page = TRY(table.query(call, query));
    for (const Item& letter : page.items) {
      Item item = outbox_item(event_from(letter));
      item.set(kOnlyFor, std::string(consumer));
      // Not yet, where another consumer still tries the same event.
      const Transaction back{Put{std::move(item), Condition::absent()}, Delete{letter.key, Condition::exists()}};
      const auto outcome = TRY(retry(RetryPolicy{}, call.deadline, clock, random, [&] { return table.write(call, back); }));
      if (outcome.committed() && ++redriven == most) return redriven;
    }
    query.cursor = page.cursor;
  } while (!query.cursor.empty());
  return redriven;
}

}  // namespace satchel
