// SPDX-License-Identifier: Apache-2.0
// From the outbox to the queues: the table's stream (or the clock, for what the stream has lost) brings items of events; each consumer gets a
// message in the queue of its group; then the items go. At least once: between the last message and the end of an item everything may be
// cut off, and the stream brings the same again. Any thread may call.
// Source: AWS Lambda Developer Guide, "Using AWS Lambda with Amazon DynamoDB" (partial batch responses).
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "satchel/base/json.hpp"
#include "satchel/lambda/worker.hpp"
#include "satchel/model/event.hpp"
#include "satchel/ports/table.hpp"
#include "satchel/runtime/registry.hpp"

namespace satchel::lambda {

struct QueuedMessage {
  std::string body;
  Duration delay{0};  // before anybody gets it; at most Fanout::kLongestDelay
};
/// Sends messages to the queue of a deployment group; one result for each, in order. Errors: those of its service.
using Enqueue = std::function<std::vector<Result<void>>(const Call& call, std::string_view group, const std::vector<QueuedMessage>& messages)>;

struct FanoutMeans {
  std::vector<Row> rows;  // of all groups
  Table& table;
  std::function<Result<Item>(const Json& attributes)> read_item;  // of a stream's record: keys or image, as the table's adapter writes items
  Enqueue enqueue;
  Clock& clock;
  Random& random;
  Logger& logger;
};

class Fanout {
 public:
  /// The schedule that looks for what lies in the outbox longer than it should: {"schedule": "fanout"}.
  static constexpr std::string_view kSchedule = "fanout";
  /// SQS's own. What must wait for longer stays in the outbox until the schedule finds it.
  static constexpr Duration kLongestDelay = std::chrono::minutes{15};

  explicit Fanout(FanoutMeans means) : means_(std::move(means)) {}

  /// Groups with consumers, which all need a queue.
  std::vector<std::string> groups() const;

  /// The batch's answer, which names the records that failed: the stream comes again from the first of them, also with what was handed on
  /// after it. Items of the table that are no events are passed over. Errors: internal, where it is neither a stream's batch nor the
  /// schedule; of the schedule, the first of the table's and the queues', when all that could be handed out is.
  Result<std::string> answer(const Invocation& invocation);

 private:
  struct Sweep {
    std::int64_t events = 0;     // handed out
    std::optional<Error> error;  // the first

    void note(const Error& failed);
  };

  std::string answer_stream(const Json& payload, const Call& call);
  Result<std::string> sweep(const Call& call);
  Result<void> sweep_shard(const Call& call, int shard, Sweep& sweep);
  Result<std::optional<Item>> event_in(const Json& record) const;
  std::vector<Result<void>> hand_out(const Call& call, const std::vector<Item>& items);
  Result<void> forget(const Call& call, const std::set<Key>& keys);

  FanoutMeans means_;
};

}  // namespace satchel::lambda
