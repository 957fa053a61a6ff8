// SPDX-License-Identifier: Apache-2.0
#include "satchel/lambda/worker.hpp"

#include <fmt/format.h>

#include <cstdlib>
#include <exception>
#include <thread>
#include <utility>
#include <vector>

namespace satchel::lambda {
namespace {

Result<std::string> call(const Handler& handler, const Invocation& invocation) {
  constexpr auto kSentence = "Something went wrong here. Try again; if it stays, tell an administrator the request id.";
  try {
    return handler(invocation);
  } catch (const std::exception& error) {
    return fail(ErrorCode::internal, kSentence, fmt::format("exception: {}", error.what()));
  } catch (...) {
    return fail(ErrorCode::internal, kSentence, "unknown exception");
  }
}

Failure failure_of(const Error& error) { return {fmt::format("Satchel.{}", error.type.empty() ? to_string(error.code) : std::string_view(error.type)), error.message}; }

void report(Logger& logger, std::string_view event, const Invocation& invocation, const Error& error) {
  logger.error(event, {{"request_id", invocation.id}, {"code", to_string(error.code)}, {"detail", std::string_view(error.detail)}});
}

Result<void> answer(RuntimeClient& client, const Handler& handler, Logger& logger, const Invocation& invocation) {
  auto result = call(handler, invocation);
  if (!result) {
    report(logger, "invocation.failed", invocation, result.error());
    return client.fail(invocation, failure_of(result.error()));
  }
  auto sent = client.respond(invocation, *std::move(result));
  if (sent || sent.error().code != ErrorCode::too_large) return sent;
  report(logger, "invocation.answer_too_large", invocation, sent.error());
  return client.fail(invocation, failure_of(sent.error()));
}

}  // namespace

Error work(RuntimeClient& client, const Handler& handler, Logger& logger) {
  for (;;) {
    const auto invocation = client.next();
    if (!invocation) return invocation.error();
    const auto answered = answer(client, handler, logger, *invocation);
    if (answered) continue;
    if (answered.error().code != ErrorCode::invalid) return answered.error();
    report(logger, "invocation.answer_refused", *invocation, answered.error());
  }
}

void work_at_once(RuntimeClient& client, const Handler& handler, Logger& logger, int threads) {
  // At once, and without a look at the others: they wait for work that may come in years, or never. A process that goes on with fewer threads
  // than Lambda believes would keep invocations waiting until they time out; of one that has ended Lambda makes another.
  const auto run = [&] {
    const Error end = work(client, handler, logger);
    logger.error("lambda.ended", {{"message", end.message}, {"detail", end.detail}});
    std::_Exit(1);
  };
  std::vector<std::jthread> others;
  for (int n = 1; n < threads; ++n) others.emplace_back(run);
  run();
  std::unreachable();
}

}  // namespace satchel::lambda
