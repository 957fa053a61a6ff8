// SPDX-License-Identifier: Apache-2.0
// A deployment group at work: requests of an HTTP API go through the gates to their functions, messages of a queue to their consumers,
// {"schedule": NAME} to a function of the clock. Any thread may call.
#pragma once

#include <string>

#include "satchel/lambda/worker.hpp"
#include "satchel/runtime/gates.hpp"
#include "satchel/runtime/registry.hpp"

namespace satchel::lambda {

struct GroupMeans {
  const Registry& registry;  // the group's rows alone
  Gates& gates;
  Clock& clock;
  Random& random;
  Logger& logger;
  int proxies = 0;  // in front of API Gateway, as of http_call_from()
};

class Group {
 public:
  explicit Group(const GroupMeans& means) : means_(means) {}

  /// The answer's JSON. Errors: internal, where nothing here takes such an event; of a scheduled function, its own. A request always gets
  /// an answer, and a message that fails stands in the batch's answer.
  Result<std::string> answer(const Invocation& invocation);

 private:
  Result<std::string> answer_request(const Json& payload, const Invocation& invocation);
  Result<std::string> answer_batch(const Json& payload, const Invocation& invocation);
  Result<std::string> answer_schedule(std::string_view name, const Invocation& invocation);
  Response respond(const Json& payload, const Invocation& invocation);
  Result<void> handle(const std::string& body, const Invocation& invocation);
  Result<void> start(std::string_view consumer, const Event& event, const Invocation& invocation);

  GroupMeans means_;
};

/// The last moment of an invocation's work: what is left is for its answer.
Time latest_of(const Invocation& invocation);

}  // namespace satchel::lambda
