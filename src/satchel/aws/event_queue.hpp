// SPDX-License-Identifier: Apache-2.0
// Events over SQS: what S3 tells of new objects comes in, what the outbox holds goes out to the queue of each consumer's group.
#pragma once

#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <utility>

#include "satchel/aws/sqs_client.hpp"
#include "satchel/base/log.hpp"
#include "satchel/ports/object_store.hpp"

namespace satchel::aws {

struct ObjectQueueOptions {
  std::string queue_url;
  std::string bucket;  // news of another is none of ours
  /// How long one receive() waits for the first message. More than nothing costs the caller's other work that time, and saves calls.
  Duration wait{0};
};

/// The object store's events from a queue that gets S3's "Object Created", from EventBridge or from the bucket itself. Acknowledging
/// deletes the message; what is not acknowledged comes again after the queue's visibility time-out. A message that tells nothing is
/// deleted and logged. Does not know kObjectServed. Any thread may call.
std::unique_ptr<ObjectEvents> object_event_queue(SqsOptions sqs, ObjectQueueOptions options, Clock& clock, Random& random, Logger& logger);

/// Queues by deployment group.
using GroupQueues = std::map<std::string, std::string, std::less<>>;
/// "group=https://… group=https://…", as SATCHEL_QUEUES has them. Error: invalid, naming the pair that is none.
Result<GroupQueues> parse_group_queues(std::string_view text);

/// Sends messages to the queues of deployment groups. Any thread may call.
class EventQueues {
 public:
  EventQueues(SqsOptions sqs, GroupQueues queues, Clock& clock, Random& random) : sqs_(std::move(sqs), clock, random), queues_(std::move(queues)) {}

  /// One result for each message, in order. Their bodies are JSON; characters that SQS takes only escaped are escaped. At least once.
  /// Errors: internal (the group has no queue), and those of SqsClient::send.
  std::vector<Result<void>> send(std::string_view group, std::vector<NewMessage> messages, Time deadline) const;

 private:
  SqsClient sqs_;
  GroupQueues queues_;
};

}  // namespace satchel::aws
