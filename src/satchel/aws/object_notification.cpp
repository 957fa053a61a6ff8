// SPDX-License-Identifier: Apache-2.0
#include "satchel/aws/object_notification.hpp"

#include <algorithm>
#include <cstring>
#include <string>

#include "satchel/aws/json_client.hpp"
#include "satchel/base/crypto.hpp"
#include "satchel/base/encoding.hpp"
#include "satchel/base/json.hpp"
#include "satchel/base/random.hpp"

namespace satchel::aws {
namespace {

/// The first bytes of a digest where randomness is asked for.
class Digest final : public Random {
 public:
  explicit Digest(std::string_view text) : digest_(sha256(text)) {}
  void fill(std::span<std::byte> bytes) override { std::memcpy(bytes.data(), digest_.data(), std::min(bytes.size(), digest_.size())); }

 private:
  std::string digest_;
};

std::unexpected<Error> unknown(std::string detail) { return fail(ErrorCode::invalid, "This is no message of S3's about a new object.", std::move(detail)); }

/// '+' stands for a space here, as in forms.
Result<std::string> form_decoded(std::string text) {
  std::ranges::replace(text, '+', ' ');
  auto decoded = percent_decode(text);
  if (!decoded) return unknown("key");
  return *std::move(decoded);
}

struct Told {
  std::string time;  // RFC 3339
  std::string bucket, key;
  const Json* object;
};

Result<Event> event_of(const Told& told, std::string_view bucket) {
  if (told.bucket != bucket) return unknown("bucket");
  if (told.key.empty()) return unknown("key");
  const Time time = TRY(parse_rfc3339(told.time));
  const std::string sequencer = text_in(*told.object, "sequencer");
  Digest digest(told.key + '\0' + (sequencer.empty() ? told.time : sequencer));
  Event event{.id = ulid(time, digest), .type = std::string(kObjectCreated), .time = time, .actor = "system", .subject = told.key, .data = {}};
  const Json* size = told.object->find("size");
  if (const auto* bytes = size ? size->as<std::int64_t>() : nullptr) event.data.emplace("size", std::to_string(*bytes));
  return event;
}

Result<std::vector<Event>> from_event_bridge(const Json& message, const Json& detail, std::string_view bucket) {
  if (text_in(message, "source") != "aws.s3") return unknown("source");
  if (text_in(message, "detail-type") != "Object Created") return std::vector<Event>();
  const Json* object = detail.find("object");
  const Json* in = detail.find("bucket");
  if (!object || !in) return unknown("detail");
  const Told told{.time = text_in(message, "time"), .bucket = text_in(*in, "name"), .key = text_in(*object, "key"), .object = object};
  const Event event = TRY(event_of(told, bucket));
  return std::vector<Event>{event};
}

Result<std::vector<Event>> from_bucket(const Json::Array& records, std::string_view bucket) {
  std::vector<Event> events;
  for (const Json& record : records) {
    if (text_in(record, "eventSource") != "aws:s3") return unknown("eventSource");
    if (!text_in(record, "eventName").starts_with("ObjectCreated:")) continue;
    const Json* s3 = record.find("s3");
    const Json* object = s3 ? s3->find("object") : nullptr;
    const Json* in = s3 ? s3->find("bucket") : nullptr;
    if (!object || !in) return unknown("s3");
    std::string key = TRY(form_decoded(text_in(*object, "key")));
    const Told told{.time = text_in(record, "eventTime"), .bucket = text_in(*in, "name"), .key = std::move(key), .object = object};
    events.push_back(TRY(event_of(told, bucket)));
  }
  return events;
}

}  // namespace

Result<std::vector<Event>> object_events(std::string_view message, std::string_view bucket) {
  const Json document = TRY(Json::parse(message, OddNumbers::read_as_null));
  if (const Json* detail = document.find("detail")) return from_event_bridge(document, *detail, bucket);
  if (const Json* records = document.find("Records"); records && records->as<Json::Array>()) return from_bucket(*records->as<Json::Array>(), bucket);
  // What a bucket sends once, when its notifications are set up.
  if (text_in(document, "Event") == "s3:TestEvent") return std::vector<Event>();
  return unknown("form");
}

}  // namespace satchel::aws
