// SPDX-License-Identifier: Apache-2.0
#include "satchel/aws/event_queue.hpp"

#include <fmt/format.h>

#include <deque>
#include <mutex>
#include <utility>

#include "satchel/aws/object_notification.hpp"

namespace satchel::aws {
namespace {

constexpr int kMostAtOnce = 10;
// Of deliveries that nobody has acknowledged. Who falls out comes again, after the queue's time-out.
constexpr std::size_t kMostHeld = 4096;

class ObjectEventQueue final : public ObjectEvents {
 public:
  ObjectEventQueue(SqsOptions sqs, ObjectQueueOptions options, Clock& clock, Random& random, Logger& logger)
      : sqs_(std::move(sqs), clock, random), options_(std::move(options)), logger_(&logger) {}

  Result<std::vector<Event>> receive(const Call& call, int most) override {
    std::vector<Event> events;
    std::vector<std::string> useless;
    Duration wait = options_.wait;
    while (static_cast<int>(events.size()) < most) {
      const auto messages = sqs_.receive(options_.queue_url, std::min(most - static_cast<int>(events.size()), kMostAtOnce), wait, call.deadline);
      if (!messages && events.empty()) return std::unexpected(messages.error());
      if (!messages || messages->empty()) break;  // an error comes again with the next call; these events should not wait for it
      for (const QueueMessage& message : *messages) take(message, events, useless);
      wait = Duration{0};
    }
    if (!useless.empty()) TRY(sqs_.remove(options_.queue_url, useless, call.deadline));
    return events;
  }

  Result<void> acknowledge(const Call& call, const Event& event) override {
    std::vector<std::string> done;
    {
      const std::scoped_lock lock(mutex_);
      for (const Held& held : held_) {
        if (held.event == event.id && --held.message->left == 0) done.push_back(held.message->receipt);
      }
      std::erase_if(held_, [&](const Held& held) { return held.event == event.id; });
    }
    return done.empty() ? Result<void>() : sqs_.remove(options_.queue_url, done, call.deadline);
  }

 private:
  struct Delivered {
    std::string receipt;
    std::size_t left;  // events of it that are not acknowledged
  };
  struct Held {
    std::string event;
    std::shared_ptr<Delivered> message;  // shared by the events that came in one message
  };

  void take(const QueueMessage& message, std::vector<Event>& events, std::vector<std::string>& useless) {
    const auto told = object_events(message.body, options_.bucket);
    if (!told) logger_->warn("queue.unknown_message", {{"message", message.id}, {"why", told.error().detail}});
    if (!told || told->empty()) return useless.push_back(message.receipt);
    const std::scoped_lock lock(mutex_);
    const auto delivered = std::make_shared<Delivered>(message.receipt, told->size());
    for (const Event& event : *told) {
      held_.push_back({event.id, delivered});
      events.push_back(event);
    }
    while (held_.size() > kMostHeld) held_.pop_front();
  }

  SqsClient sqs_;
  ObjectQueueOptions options_;
  Logger* logger_;
  std::mutex mutex_;
  std::deque<Held> held_;
};

std::unexpected<Error> no_queue(std::string_view group) {
  return fail(ErrorCode::internal, fmt::format("The group '{}' has no queue. Add {}=ADDRESS to SATCHEL_QUEUES.", group, group));
}

/// SQS takes no U+FFFE and U+FFFF as such, and JSON has another way to write them.
std::string without_noncharacters(std::string json) {
  for (const auto& [character, escape] : {std::pair("\xEF\xBF\xBE", "\\ufffe"), std::pair("\xEF\xBF\xBF", "\\uffff")}) {
    for (std::size_t at = json.find(character); at != std::string::npos; at = json.find(character, at)) json.replace(at, 3, escape);
  }
  return json;
}

}  // namespace

std::unique_ptr<ObjectEvents> object_event_queue(SqsOptions sqs, ObjectQueueOptions options, Clock& clock, Random& random, Logger& logger) {
  return std::make_unique<ObjectEventQueue>(std::move(sqs), std::move(options), clock, random, logger);
}

Result<GroupQueues> parse_group_queues(std::string_view text) {
  GroupQueues queues;
  while (!text.empty()) {
    const std::string_view pair = text.substr(0, text.find(' '));
    text.remove_prefix(std::min(pair.size() + 1, text.size()));
    if (pair.empty()) continue;
    const std::size_t equals = std::min(pair.find('='), pair.size());
    const auto url = net::Url::parse(pair.substr(std::min(equals + 1, pair.size())));
    if (equals == 0 || !url || !queues.emplace(pair.substr(0, equals), pair.substr(equals + 1)).second) {
      return fail(ErrorCode::invalid, fmt::format("'{}' is no queue of a group. Write each group once as group=https://sqs.eu-central-1.amazonaws.com/123456789012/NAME.", pair));
    }
  }
  return queues;
}

std::vector<Result<void>> EventQueues::send(std::string_view group, std::vector<NewMessage> messages, Time deadline) const {
  const auto queue = queues_.find(group);
  if (queue == queues_.end()) return std::vector<Result<void>>(messages.size(), no_queue(group));
  for (NewMessage& message : messages) message.body = without_noncharacters(std::move(message.body));
  return sqs_.send(queue->second, messages, deadline);
}

}  // namespace satchel::aws
