// SPDX-License-Identifier: Apache-2.0
// The entry point of every Lambda of Satchel. Ends only with the sandbox, or where a start has failed: then with a sentence for Lambda's log.
#include <signal.h>
#include <unistd.h>

#include <cstdio>
#include <cstdlib>

#include "apps/lambda/installation.hpp"

namespace satchel {
namespace {

std::optional<std::string> variable(std::string_view name) {
  const char* value = std::getenv(std::string(name).c_str());
  return value ? std::optional<std::string>(value) : std::nullopt;
}

int give_up(lambda::RuntimeClient& client, Logger& logger, const Error& error) {
  logger.error("lambda.start_failed", {{"message", error.message}, {"detail", error.detail}});
  if (const auto told = client.fail_start({"Satchel.configuration", error.message}); !told) logger.error("lambda.start_not_reported", {{"detail", told.error().detail}});
  return 1;
}

int start() {
  const auto api = variable("AWS_LAMBDA_RUNTIME_API");
  if (!api) {
    std::fputs("bootstrap: AWS_LAMBDA_RUNTIME_API is not set. AWS Lambda starts this program; on a computer of your own 'satchel serve' is what you want.\n", stderr);
    return 2;
  }
  signal(SIGPIPE, SIG_IGN);
  const auto clock = system_clock();
  const auto random = system_random();
  lambda::RuntimeClient client(*api, *clock);
  const aws::Environment environment = variable;
  const auto settings = lambda_settings(environment);
  const auto logger = fd_logger(STDERR_FILENO, settings ? settings->log_level : LogLevel::info, *clock);
  if (!settings) return give_up(client, *logger, settings.error());
  const auto installation = LambdaInstallation::open(*settings, {*clock, *random, *logger, environment});
  if (!installation) return give_up(client, *logger, installation.error());
  // Managed instances want several invocations at once; elsewhere it is one.
  lambda::work_at_once(client, [&](const lambda::Invocation& invocation) { return (*installation)->answer(invocation); }, *logger, settings->concurrency);
}

}  // namespace
}  // namespace satchel

int main() { return satchel::start(); }
