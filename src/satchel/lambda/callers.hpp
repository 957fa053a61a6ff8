// SPDX-License-Identifier: Apache-2.0
// What starts a Lambda, as its callers write it, and what they read of its answer: API Gateway's HTTP API (payload format 2.0: the inverse of
// http_api.hpp), SQS in batches, the Scheduler. For a host of our own in their place. Pure; any thread may call.
// Source: Amazon API Gateway Developer Guide, "AWS Lambda proxy integrations for HTTP APIs"; AWS Lambda Developer Guide, "Using Lambda with Amazon SQS".
#pragma once

#include <string>
#include <string_view>

#include "satchel/base/json.hpp"
#include "satchel/lambda/http_api.hpp"
#include "satchel/model/event.hpp"
#include "satchel/runtime/function.hpp"

namespace satchel::lambda {

/// What API Gateway adds to a request.
struct Passage {
  std::string route;   // "POST /api/v1/folders/{id}"
  std::string domain;  // "files.example.org"
  Time at{};
};

/// The event of a request. Its cookies go as cookies: the header of that name is left out.
Json http_event(const HttpCall& call, const Passage& passage);

/// Error: internal, where the answer has not that form.
Result<Response> http_response_from(std::string_view answer);

/// A batch of one message: what `fanout` sends for a consumer, or, of a new object, what EventBridge sends.
Json queue_event(std::string_view consumer, const Event& event, std::string_view group);
/// What became of that message. Error: unavailable, where it failed and is to come again.
Result<void> queue_outcome(std::string_view answer, const Event& event);

/// The input of a schedule.
Json schedule_event(std::string_view function);

}  // namespace satchel::lambda
