// SPDX-License-Identifier: Apache-2.0
// Delivers events at least once: the outbox (written in the transaction of an effect) and the object store's own queue, to every
// consumer that the registry names. Events of one subject go in their order; one that fails waits with back-off, its later ones wait
// behind it, and after the last try it becomes a dead letter, from where it can be redriven. What is known of tries lies in the
// table, so a restart forgets nothing. Shards are leased: with several processes each event is mostly delivered once, and a
// consumer that is delivered to twice records the event's id. One thread at a time calls deliver(); any thread the rest.
#pragma once

#include <array>
#include <atomic>
#include <cstdint>
#include <set>
#include <stop_token>
#include <string>
#include <vector>

#include "satchel/base/clock.hpp"
#include "satchel/base/log.hpp"
#include "satchel/base/random.hpp"
#include "satchel/model/keys.hpp"
#include "satchel/ports/object_store.hpp"
#include "satchel/ports/table.hpp"
#include "satchel/runtime/registry.hpp"

namespace satchel {

struct DeliveryOptions {
  int tries = 8;                    // of one consumer, then the event is a dead letter of it
  Duration first_delay{1'000};      // doubled each time, with jitter
  Duration longest_delay{300'000};
  Duration lease{30'000};           // of a shard; longer than a consumer takes
};

class Delivery {
 public:
  /// `owner` is new for each process: two that share one would think each other's leases their own.
  Delivery(const Registry& registry, Table& table, ObjectEvents& objects, Clock& clock, Random& random, Logger& logger,
           std::string owner, const DeliveryOptions& options = {});

  /// One pass over both sources; how many events it dealt with (delivered, put off, given up). 0: there is nothing to do now.
  /// Ends early at the deadline or when told to stop. Errors: of the table or the store; what was delivered before stays so.
  Result<int> deliver(const Call& call, const std::stop_token& stop = {});

  struct Counts {
    std::uint64_t delivered = 0;  // to one consumer each
    std::uint64_t failed = 0;     // tries
    std::uint64_t dead = 0;
  };
  Counts counts() const { return {delivered_, failed_, dead_}; }

 private:
  Result<int> pump(const Call& call, const std::stop_token& stop);
  Result<int> deliver_shard(const Call& call, int shard, const std::stop_token& stop);
  struct Pass;
  Result<void> deliver_item(const Call& call, const Item& item, Pass& pass);
  Result<bool> hold(const Call& call, int shard);
  /// Hands the event to the consumers that it still waits for. What keeps the outcome, an Update first where some still wait;
  /// empty: all are done and the item can go.
  Transaction hand_out(const Item& item);
  Item dead_letter(const Item& item, const std::string& consumer, const Error& error);
  Time next_try(std::int64_t tries);
  Result<WriteOutcome> write(const Call& call, const Transaction& transaction);
  Result<void> forget(const Call& call, std::vector<Key>& done);

  const Registry* registry_;
  Table* table_;
  ObjectEvents* objects_;
  Clock* clock_;
  Random* random_;
  Logger* logger_;
  std::string owner_;
  DeliveryOptions options_;
  std::array<Time, keys::kOutboxShards> held_until_{};
  std::atomic<std::uint64_t> delivered_ = 0, failed_ = 0, dead_ = 0;
};

/// Puts up to `most` dead letters of a consumer back into the outbox, for that consumer alone; how many. Any thread may call, also while
/// others deliver; what is put back once is not put back again. Errors: of the table.
Result<int> redrive(Table& table, const Call& call, Clock& clock, Random& random, std::string_view consumer, int most = 100);

}  // namespace satchel
