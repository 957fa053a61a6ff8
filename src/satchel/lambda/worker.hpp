// SPDX-License-Identifier: Apache-2.0
// The life of a Lambda's process after its start: takes an invocation, answers it, takes the next, until the runtime is gone. What a
// handler fails with, an exception too, fails its invocation and nothing else.
#pragma once

#include <functional>
#include <string>

#include "satchel/base/log.hpp"
#include "satchel/lambda/runtime_client.hpp"

namespace satchel::lambda {

/// The answer's JSON. An error's message is shown to the caller; its detail goes to the log.
using Handler = std::function<Result<std::string>(const Invocation&)>;

/// Returns only when there is no going on; why. As many threads may be within it as the runtime allows at once
/// (AWS_LAMBDA_MAX_CONCURRENCY; one where it is not set).
Error work(RuntimeClient& client, const Handler& handler, Logger& logger);

/// So many threads of it, until one of them ends: then the process does, with status 1 and a line in the log.
[[noreturn]] void work_at_once(RuntimeClient& client, const Handler& handler, Logger& logger, int threads);

}  // namespace satchel::lambda
