// SPDX-License-Identifier: Apache-2.0
// Batches of an SQS queue, and what their messages say: an event for a consumer, as the fan-out writes it, or S3's word of a new object.
// Pure; any thread may call.
// Sources: AWS Lambda Developer Guide, "Using Lambda with Amazon SQS" (partial batch responses); Amazon S3 User Guide, "EventBridge event
// message structure" and "Event message structure".
#pragma once

#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "satchel/base/json.hpp"
#include "satchel/model/event.hpp"

namespace satchel::lambda {

struct QueueMessage {
  std::string id;
  std::string body;
};

/// Whether the payload is a batch of a queue.
bool is_queue_batch(const Json& payload);
/// Error: internal, where a record has no id: none could be told from another.
Result<std::vector<QueueMessage>> queue_messages_from(const Json& payload);
/// {"batchItemFailures": [{"itemIdentifier": …}]}: these come again, all others are done.
Json batch_answer(const std::vector<std::string>& failed);

struct ForConsumer {
  std::string consumer;  // the row's name
  Event event;
};
struct ObjectsCreated {
  std::vector<Event> events;  // of kObjectCreated; S3's own form may tell of several at once
};
/// What nobody here can ever make use of: a queue's test message, another service's.
struct Unknown {
  std::string why;
};
using QueueWork = std::variant<ForConsumer, ObjectsCreated, Unknown>;

QueueWork queue_work_from(std::string_view body);

/// The body that queue_work_from() reads as ForConsumer.
std::string message_for(std::string_view consumer, const Event& event);

}  // namespace satchel::lambda
