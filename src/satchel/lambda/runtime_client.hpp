// SPDX-License-Identifier: Apache-2.0
// The Lambda Runtime API, version 2018-06-01: takes invocations and gives answers. Several threads may each be within next(), as managed
// instances want it; an invocation belongs to the thread that took it.
// Source: AWS Lambda Developer Guide, "Using the Lambda runtime API for custom runtimes".
#pragma once

#include <memory>
#include <string>
#include <string_view>

#include "satchel/base/clock.hpp"
#include "satchel/base/result.hpp"
#include "satchel/net/client.hpp"

namespace satchel::lambda {

struct Invocation {
  std::string id;             // Lambda-Runtime-Aws-Request-Id
  std::string token;          // Lambda-Runtime-Invocation-Id, to be shown again where it came; else empty
  std::string function_arn;
  std::string trace;          // Lambda-Runtime-Trace-Id
  Time deadline{};            // after it the sandbox is killed
  std::string payload;        // the event: JSON
};

/// What the caller of a failed invocation, and the log of Lambda, are told.
struct Failure {
  std::string type;     // "Satchel.Unavailable"
  std::string message;  // a sentence; no secrets
};

class RuntimeClient {
 public:
  /// `api` is AWS_LAMBDA_RUNTIME_API: "127.0.0.1:9001".
  RuntimeClient(std::string_view api, Clock& clock);

  /// Waits for work as long as it takes: the sandbox is frozen meanwhile, so there is no deadline. Errors: unavailable (the runtime is
  /// gone, or cannot go on: end the process), internal (an answer that is none).
  Result<Invocation> next();

  /// The answer of an invocation. Errors: too_large (6 MB; the invocation still waits: fail() it), unavailable (end the process), invalid
  /// (refused for another reason: log it and go on).
  Result<void> respond(const Invocation& invocation, std::string payload);
  /// Errors as of respond().
  Result<void> fail(const Invocation& invocation, const Failure& failure);
  /// The start has failed; the process ends afterwards. Merely ending would cost another try and leave a log that says nothing.
  Result<void> fail_start(const Failure& failure);

 private:
  Result<void> post(std::string path, net::Fields fields, std::string body);

  std::string origin_;
  Clock* clock_;
  std::unique_ptr<net::Client> http_;
};

}  // namespace satchel::lambda
