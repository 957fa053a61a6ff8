// SPDX-License-Identifier: Apache-2.0
// Requests and answers as API Gateway's HTTP API writes them: payload format 2.0. Pure; any thread may call.
// Source: Amazon API Gateway Developer Guide, "AWS Lambda proxy integrations for HTTP APIs".
#pragma once

#include <optional>
#include <string>

#include "satchel/base/json.hpp"
#include "satchel/runtime/function.hpp"
#include "satchel/runtime/gate_authenticate.hpp"

namespace satchel::lambda {

struct HttpCall {
  Request request;
  std::string request_id;
  std::string client;          // the address that asked
  std::optional<Found> found;  // by the Lambda authorizer; a client cannot write it (docs/adr/0009-lambda-authorizer.md)
};

/// Errors: invalid for what a client sent amiss (as the gateway of the binary refuses it, with the same types), internal where the payload
/// is no such request at all.
/// `proxies`: how many stand in front of API Gateway (CloudFront: 1) and write X-Forwarded-For; without one its own word counts.
Result<HttpCall> http_call_from(const Json& payload, int proxies = 0);

/// A status always, cookies apart from other headers, and a body that is no UTF-8 in base64.
Json http_answer(Response response);

}  // namespace satchel::lambda
