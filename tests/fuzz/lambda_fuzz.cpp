// SPDX-License-Identifier: Apache-2.0
// What AWS's services hand to a Lambda: never a crash; what is read as a request or an event is one.
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "satchel/lambda/http_api.hpp"
#include "satchel/lambda/payload.hpp"
#include "satchel/lambda/queue.hpp"

namespace {

void require(bool holds) {
  if (!holds) std::abort();
}

void read_request(const satchel::Json& payload) {
  for (const int proxies : {0, 1}) {
    const auto call = satchel::lambda::http_call_from(payload, proxies);
    if (!call) continue;
    require(!call->request.method.empty() && call->request.path.starts_with('/') && !call->request_id.empty());
    require(!call->found || call->found->user.empty() != call->found->refused.empty());
  }
}

void read_message(std::string_view body) {
  const auto work = satchel::lambda::queue_work_from(body);
  const auto* one = std::get_if<satchel::lambda::ForConsumer>(&work);
  if (one) {
    const auto again = satchel::lambda::queue_work_from(satchel::lambda::message_for(one->consumer, one->event));
    require(std::get<satchel::lambda::ForConsumer>(again).event.data == one->event.data);
  }
  if (const auto* created = std::get_if<satchel::lambda::ObjectsCreated>(&work)) {
    for (const auto& event : created->events) require(!event.subject.empty());
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  read_message(text);
  const auto payload = satchel::lambda::parse_payload(text);
  if (!payload) return 0;
  read_request(*payload);
  if (satchel::lambda::is_queue_batch(*payload)) (void)satchel::lambda::queue_messages_from(*payload);
  return 0;
}
