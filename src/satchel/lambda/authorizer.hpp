// SPDX-License-Identifier: Apache-2.0
// The Lambda authorizer of an HTTP API: payload format 2.0 in, the simple response out. What it finds is cached by API Gateway for each
// Authorization header and handed to the functions' Lambdas, which confirm it again (runtime/gate_authenticate.hpp).
// Source: Amazon API Gateway Developer Guide, "Control access to HTTP APIs with AWS Lambda authorizers".
#pragma once

#include <string>

#include "satchel/lambda/worker.hpp"
#include "satchel/runtime/gate_authenticate.hpp"

namespace satchel::lambda {

class Authorizer {
 public:
  /// Both outlive it.
  Authorizer(AuthenticateGate& gate, Clock& clock) : gate_(&gate), clock_(&clock) {}

  /// {"isAuthorized": true, "context": {"user", "epoch", "session", "token", "expires", "scopes"}}, all of them texts; "expires"
  /// in milliseconds, and empty where the table knows the end. Whoever is not known,
  /// or not admitted, is let on with {"refused": type} and without a user, so that the function's own gate answers 401 or 403 as it does in
  /// every shape; API Gateway would say a bare 403. Errors: of the table and the key source; API Gateway then answers 500 and caches nothing.
  Result<std::string> answer(const Invocation& invocation);

 private:
  AuthenticateGate* gate_;
  Clock* clock_;
};

}  // namespace satchel::lambda
