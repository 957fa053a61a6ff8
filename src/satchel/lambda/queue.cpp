// SPDX-License-Identifier: Apache-2.0
#include "satchel/lambda/queue.hpp"

#include <algorithm>
#include <optional>
#include <utility>

#include "satchel/base/encoding.hpp"
#include "satchel/lambda/payload.hpp"

namespace satchel::lambda {
namespace {

std::int64_t number_at(const Json& value, std::initializer_list<std::string_view> path) {
  const Json* found = at(value, path);
  const auto* number = found ? found->as<std::int64_t>() : nullptr;
  return number ? *number : 0;
}

std::optional<Event> event_from_json(const Json& json) {
  Event event{.id = text_at(json, {"id"}), .type = text_at(json, {"type"}), .time = from_millis(number_at(json, {"time"})),
              .actor = text_at(json, {"actor"}), .subject = text_at(json, {"subject"}), .data = {}};
  if (event.id.empty() || event.type.empty()) return std::nullopt;
  const Json* data = json.find("data");
  const auto* members = data ? data->as<Json::Object>() : nullptr;
  for (const auto& [name, value] : members ? *members : Json::Object()) {
    if (const auto* text = value.as<std::string>()) event.data.emplace(name, *text);
  }
  return event;
}

Event object_created(std::string id, std::string key, const Json& object, Time time) {
  return {.id = std::move(id), .type = std::string(kObjectCreated), .time = time, .actor = "system", .subject = std::move(key),
          .data = {{"size", std::to_string(number_at(object, {"size"}))}}};
}

Time time_of(const Json& json, std::string_view name) { return parse_rfc3339(text_at(json, {name})).value_or(Time{}); }

/// EventBridge's form: one object, its key as it is.
QueueWork from_event_bridge(const Json& json) {
  std::string id = text_at(json, {"id"}), key = text_at(json, {"detail", "object", "key"});
  if (text_at(json, {"detail-type"}) != "Object Created" || id.empty() || key.empty()) return Unknown{"an event of S3 that tells of no new object"};
  return ObjectsCreated{{object_created(std::move(id), std::move(key), *at(json, {"detail", "object"}), time_of(json, "time"))}};
}

/// S3's own form, as other engines send it, too: several records, keys encoded as in a form.
QueueWork from_s3_records(const Json& json) {
  ObjectsCreated created;
  for (const Json& record : array_at(json, "Records")) {
    std::string key = text_at(record, {"s3", "object", "key"});
    std::ranges::replace(key, '+', ' ');
    auto decoded = percent_decode(key);
    const std::string_view what = "ObjectCreated:";
    if (!text_at(record, {"eventName"}).contains(what) || !decoded || decoded->empty()) continue;
    const Json& object = *at(record, {"s3", "object"});
    std::string id = text_at(object, {"sequencer"}) + *decoded;
    created.events.push_back(object_created(std::move(id), *std::move(decoded), object, time_of(record, "eventTime")));
  }
  if (created.events.empty()) return Unknown{"records that tell of no new object"};
  return created;
}

}  // namespace

bool is_queue_batch(const Json& payload) {
  const auto& records = array_at(payload, "Records");
  return !records.empty() && text_at(records.front(), {"eventSource"}) == "aws:sqs";
}

Result<std::vector<QueueMessage>> queue_messages_from(const Json& payload) {
  std::vector<QueueMessage> messages;
  for (const Json& record : array_at(payload, "Records")) {
    QueueMessage message{.id = text_at(record, {"messageId"}), .body = text_at(record, {"body"})};
    if (message.id.empty()) return fail(ErrorCode::internal, "The event is no batch of a queue.", "a record without messageId");
    messages.push_back(std::move(message));
  }
  return messages;
}

Json batch_answer(const std::vector<std::string>& failed) {
  Json failures = Json::array();
  for (const std::string& id : failed) failures.push(Json::object({{"itemIdentifier", id}}));
  return Json::object({{"batchItemFailures", std::move(failures)}});
}

QueueWork queue_work_from(std::string_view body) {
  const auto json = Json::parse(body, OddNumbers::read_as_null);
  if (!json) return Unknown{"no JSON"};
  if (std::string consumer = text_at(*json, {"consumer"}); !consumer.empty()) {
    const Json* event = json->find("event");
    auto read = event ? event_from_json(*event) : std::nullopt;
    if (!read) return Unknown{"a message without an event"};
    return ForConsumer{std::move(consumer), *std::move(read)};
  }
  if (text_at(*json, {"source"}) == "aws.s3") return from_event_bridge(*json);
  if (json->find("Records")) return from_s3_records(*json);
  return Unknown{text_at(*json, {"Event"}) == "s3:TestEvent" ? "S3's test event" : "a message of nobody known"};
}

std::string message_for(std::string_view consumer, const Event& event) {
  Json data = Json::object();
  for (const auto& [name, value] : event.data) data.set(name, value);
  return Json::object({{"consumer", consumer},
                       {"event", Json::object({{"id", event.id}, {"type", event.type}, {"time", to_millis(event.time)}, {"actor", event.actor},
                                               {"subject", event.subject}, {"data", std::move(data)}})}}).text();
}

}  // namespace satchel::lambda
