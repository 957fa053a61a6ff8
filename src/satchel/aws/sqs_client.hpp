// SPDX-License-Identifier: Apache-2.0
// Amazon SQS by its JSON protocol: messages sent in batches, received by long polls, deleted, put off. Any thread may call.
// Source: Amazon SQS API reference, version 2012-11-05 (SendMessageBatch, ReceiveMessage, DeleteMessageBatch, ChangeMessageVisibility).
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "satchel/aws/environment.hpp"
#include "satchel/aws/json_client.hpp"

namespace satchel::aws {

struct SqsOptions {
  std::string endpoint;  // "https://sqs.eu-central-1.amazonaws.com"
  std::string region;
  std::shared_ptr<CredentialSource> credentials;
};

/// Where the queue of this URL is reached, without a credential: AWS_ENDPOINT_URL_SQS, AWS_ENDPOINT_URL or the URL's own host; its region
/// as the host's name has it, else AWS_REGION or AWS_DEFAULT_REGION. Error: invalid, with a sentence that says how to write it.
Result<SqsOptions> queue_at(std::string_view queue_url, const Environment& environment);

struct QueueMessage {
  std::string id;
  std::string receipt;  // what deletes this delivery of it; another delivery has another
  std::string body;
  int deliveries = 0;
};

struct NewMessage {
  std::string body;
  Duration delay{0};  // before anybody gets it; at most 15 minutes
};

class SqsClient {
 public:
  SqsClient(SqsOptions options, Clock& clock, Random& random);

  /// One result for each message, in order: what SQS has taken stays taken whatever becomes of the others, and what it puts off is tried
  /// again until the deadline. At least once: after a lost answer a message may be there twice. Errors: invalid (the body), too_large
  /// (over 1 MiB), too_many, unavailable, deadline_exceeded, internal (no such queue or no permission).
  std::vector<Result<void>> send(const std::string& queue_url, const std::vector<NewMessage>& messages, Time deadline) const;
  /// At most ten, none where none came within `wait` (at most 20 s, and never longer than to the deadline). Who takes a message has until
  /// the queue's visibility time-out to remove it.
  Result<std::vector<QueueMessage>> receive(const std::string& queue_url, int most, Duration wait, Time deadline) const;
  /// All of them, whatever their number. Idempotent.
  Result<void> remove(const std::string& queue_url, const std::vector<std::string>& receipts, Time deadline) const;
  /// The message comes again after `after` (0 s to 12 h). Error: not_found, where this delivery is over already.
  Result<void> put_off(const std::string& queue_url, const std::string& receipt, Duration after, Time deadline) const;

 private:
  struct Entry;
  JsonCall call_of(std::string operation, const std::string& queue_url, Json body) const;
  std::vector<Result<void>> send_batches(const std::string& operation, const std::string& queue_url, std::vector<Entry> entries, Time deadline) const;
  Result<void> send_batch(const std::string& operation, const std::string& queue_url, std::vector<Entry*>& left, Time deadline) const;

  JsonClient client_;
  Clock* clock_;
  Random* random_;
};

}  // namespace satchel::aws
