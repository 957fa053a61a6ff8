// SPDX-License-Identifier: Apache-2.0
#include "satchel/lambda/group.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "satchel/lambda/http_api.hpp"
#include "satchel/lambda/payload.hpp"
#include "satchel/lambda/queue.hpp"
#include "satchel/runtime/access_log.hpp"
#include "satchel/runtime/start.hpp"

namespace satchel::lambda {
namespace {

constexpr Duration kForTheAnswer{250};

const Bound* find_row(const Registry& registry, std::string_view name) {
  const auto found = std::ranges::find(registry.all(), name, [](const Bound& bound) { return bound.row.name; });
  return found == registry.all().end() ? nullptr : &*found;
}

}  // namespace

Time latest_of(const Invocation& invocation) { return invocation.deadline - kForTheAnswer; }

Result<std::string> Group::answer(const Invocation& invocation) {
  const Json payload = TRY(parse_payload(invocation.payload));
  if (payload.find("routeKey")) return answer_request(payload, invocation);
  if (is_queue_batch(payload)) return answer_batch(payload, invocation);
  if (const std::string name = text_at(payload, {"schedule"}); !name.empty()) return answer_schedule(name, invocation);
  return fail(ErrorCode::internal, "No function of this group takes such an event. Check what the Lambda is connected to.", "neither a request, nor a batch of a queue, nor a schedule");
}

Result<std::string> Group::answer_request(const Json& payload, const Invocation& invocation) { return http_answer(respond(payload, invocation)).text(); }

Response Group::respond(const Json& payload, const Invocation& invocation) {
  const Time begun = means_.clock.now();
  auto call = http_call_from(payload, means_.proxies);
  if (!call) {
    means_.logger.info("request.refused", {{"request_id", invocation.id}, {"code", to_string(call.error().code)}, {"detail", call.error().detail}});
    return problem(call.error(), invocation.id);
  }
  Request& request = call->request;
  auto match = means_.registry.match(request.method, request.path);
  Gates::Passage passage;
  if (match.bound) {
    request.parameters = match.parameters;
    passage = means_.gates.pass(*match.bound, std::move(request), {.at = begun, .request_id = call->request_id, .client = call->client, .found = call->found, .latest = latest_of(invocation)});
  } else {
    // API Gateway has sent what is another group's, or nobody's.
    passage.response = problem({ErrorCode::not_found, "There is nothing at this address."}, call->request_id);
  }
  log_access(means_.logger, {.request_id = call->request_id,
                             .method = text_at(payload, {"requestContext", "http", "method"}),
                             .path = match.bound ? loggable_path(std::get<Route>(match.bound->row.trigger), match.parameters) : loggable_path(text_at(payload, {"rawPath"})),
                             .status = passage.response.status,
                             .bytes = passage.response.body.size(),
                             .took = means_.clock.now() - begun,
                             .client = call->client,
                             .actor = passage.actor});
  return std::move(passage.response);
}

/// One that fails comes again alone, after its queue's visibility time-out, and after so many times goes to the dead letters: the queue
/// counts. What time does not suffice for counts as failed, too.
Result<std::string> Group::answer_batch(const Json& payload, const Invocation& invocation) {
  std::vector<std::string> failed;
  for (const QueueMessage& message : TRY(queue_messages_from(payload))) {
    const auto handled = handle(message.body, invocation);
    if (handled) continue;
    means_.logger.warn("message.failed", {{"request_id", invocation.id}, {"message", message.id}, {"code", to_string(handled.error().code)}, {"detail", handled.error().detail}});
    failed.push_back(message.id);
  }
  return batch_answer(failed).text();
}

Result<void> Group::handle(const std::string& body, const Invocation& invocation) {
  if (means_.clock.now() >= latest_of(invocation)) return fail(ErrorCode::deadline_exceeded, "There was no time left.", "not begun");
  const QueueWork work = queue_work_from(body);
  if (const auto* one = std::get_if<ForConsumer>(&work)) return start(one->consumer, one->event, invocation);
  if (const auto* unknown = std::get_if<Unknown>(&work)) {
    means_.logger.warn("message.unknown", {{"request_id", invocation.id}, {"why", unknown->why}});
    return {};
  }
  for (const Event& event : std::get<ObjectsCreated>(work).events) {
    for (const Bound* consumer : means_.registry.consumers(event.type)) TRY(start(consumer->row.name, event, invocation));
  }
  return {};
}

/// A consumer that is not here fails: its message came to the wrong queue, or to a version of this Lambda that does not know it yet.
Result<void> Group::start(std::string_view consumer, const Event& event, const Invocation& invocation) {
  const Bound* bound = find_row(means_.registry, consumer);
  if (!bound || !std::holds_alternative<OnEvent>(bound->row.trigger)) return fail(ErrorCode::internal, "There is no such consumer here.", fmt::format("consumer '{}'", consumer));
  return start_consumer(*bound, event, {means_.clock, means_.random, means_.logger, latest_of(invocation)});
}

Result<std::string> Group::answer_schedule(std::string_view name, const Invocation& invocation) {
  const Bound* bound = find_row(means_.registry, name);
  if (!bound || !std::holds_alternative<Every>(bound->row.trigger)) {
    return fail(ErrorCode::internal, "No function of this group is started by such a schedule. Check the schedule's input.", fmt::format("schedule '{}'", name));
  }
  TRY(start_scheduled(*bound, {means_.clock, means_.random, means_.logger, latest_of(invocation)}));
  return std::string("{}");
}

}  // namespace satchel::lambda
