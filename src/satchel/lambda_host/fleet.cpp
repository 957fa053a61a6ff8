// SPDX-License-Identifier: Apache-2.0
#include "satchel/lambda_host/fleet.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <optional>
#include <utility>

namespace satchel::lambda_host {
namespace {

constexpr std::size_t kLargestPayload = 6 * 1024 * 1024;  // of a request, as Lambda's
constexpr Duration kForLong = std::chrono::hours{24};

Error no_process(std::string detail) {
  return {ErrorCode::unavailable, "This part of Satchel cannot be started right now, and did nothing. Try again in a moment; if it stays, tell an administrator the request id.",
          std::move(detail), "function_not_started"};
}
Error busy(std::string detail) { return {ErrorCode::unavailable, "The server has too much to do and did nothing. Try again in a moment.", std::move(detail), "busy"}; }

std::unexpected<Error> not_now(std::string message) { return fail(ErrorCode::forbidden, std::move(message), {}, "InvalidStateTransition"); }

}  // namespace

Fleet::Fleet(const FleetOptions& options, Launcher& launcher, Clock& clock, Random& random, Logger& logger)
    : options_(options), launcher_(&launcher), clock_(&clock), random_(&random), logger_(&logger) {}

Result<std::string> Fleet::invoke(const std::string& name, std::string id, std::string payload, Time deadline) {
  if (payload.size() > kLargestPayload) return satchel::fail(ErrorCode::too_large, "The request is larger than a function takes. Send less at once.");
  const auto invocation = std::make_shared<Invocation>();
  invocation->work = {.id = std::move(id), .token = random_id(*random_), .group = name, .payload = std::move(payload), .deadline = deadline};
  std::unique_lock lock(mutex_);
  if (stopping_) return std::unexpected(busy("the server is stopping"));
  Group& group = groups_[name];
  if (group.waiting.size() >= options_.most_waiting) return std::unexpected(busy(fmt::format("{} invocations of {} wait", group.waiting.size(), name)));
  if (group.alive == 0 && clock_->now() < group.rests_until) return std::unexpected(no_process(fmt::format("{} failed to start {} times and is tried again later", name, group.failures)));
  ++taken_;
  ++counters_.invocations;
  group.waiting.push_back(invocation);
  hand_out(group, name);
  const auto patience = std::clamp(deadline - clock_->now(), Duration{0}, Duration(kForLong));
  const bool done = invocation->done.wait_for(lock, patience, [&] { return invocation->result.has_value(); });
  if (--taken_ == 0) drained_.notify_all();
  if (!done) return std::unexpected(out_of_time(group, invocation));
  return *std::move(invocation->result);
}

Error Fleet::out_of_time(Group& group, const Taken& invocation) {
  if (invocation->process.empty()) {
    std::erase(group.waiting, invocation);
    return busy(fmt::format("no process of {} became free", invocation->work.group));
  }
  // It may not even be in its own loop any more: the next invocation gets another process.
  Process& process = processes_.at(invocation->process);
  process.state = State::ending;
  process.invocation = nullptr;
  launcher_->kill(invocation->process);
  ++counters_.killed;
  logger_->error("function.timed_out", {{"group", invocation->work.group}, {"request_id", invocation->work.id}});
  return {ErrorCode::deadline_exceeded, "That took too long and was stopped. Whether it had an effect is not known: look before you try again.", "killed at its deadline", "function_timed_out"};
}

/// Gives what waits to who is idle, the one that worked last first: the others grow old. Starts processes for the rest.
void Fleet::hand_out(Group& group, const std::string& name) {
  while (!group.waiting.empty()) {
    Process* idle = nullptr;
    std::string chosen;
    for (auto& [secret, process] : processes_) {
      if (process.group != name || process.state != State::idle || (idle && idle->since >= process.since)) continue;
      idle = &process;
      chosen = secret;
    }
    if (!idle) break;
    const Taken invocation = std::move(group.waiting.front());
    group.waiting.pop_front();
    invocation->process = chosen;
    give(*idle, invocation);
  }
  launch_some(group, name);
}

void Fleet::give(Process& process, const Taken& invocation) {
  process.state = State::working;
  process.since = clock_->now();
  process.invocation = invocation;
  // Neither waits nor comes back here: it hands an answer to a socket's loop.
  std::exchange(process.give, {})(invocation->work);
}

/// As many as wait without one on its way; after a start that failed one alone, to see.
void Fleet::launch_some(Group& group, const std::string& name) {
  if (over_ || clock_->now() < group.rests_until) return;
  const auto coming_back = std::ranges::count_if(processes_, [&](const auto& entry) { return entry.second.group == name && entry.second.state == State::answered; });
  const std::size_t wanted = group.failures > 0 ? 1 : group.waiting.size() - std::min(group.waiting.size(), static_cast<std::size_t>(coming_back));
  while (group.starting < std::min(wanted, group.waiting.size()) && group.alive < options_.most_processes) {
    const std::string secret = random_secret(*random_);
    processes_.emplace(secret, Process{.group = name, .since = clock_->now()});
    ++group.starting;
    ++group.alive;
    ++counters_.launched;
    launcher_->launch(name, secret);
  }
}

Result<Fleet::Process*> Fleet::find(const std::string& process) {
  const auto found = processes_.find(process);
  if (found == processes_.end() || found->second.state == State::ending) return not_now("There is no such process.");
  return &found->second;
}

bool Fleet::knows(const std::string& process) const {
  const std::scoped_lock lock(mutex_);
  return processes_.contains(process);
}

Result<void> Fleet::next(const std::string& secret, Give give) {
  const std::scoped_lock lock(mutex_);
  Process& process = *TRY(find(secret));
  if (process.state == State::working) return not_now("This process has an invocation that it has not answered.");
  if (process.state == State::idle) return not_now("This process waits for work already: it gets one invocation at a time.");
  Group& group = group_of(process);
  if (process.state == State::starting) {
    if (group.failures > 0) logger_->info("function.starts_again", {{"group", process.group}});
    group.failures = 0;
    group.rests_until = {};
    --group.starting;
  }
  process.state = State::idle;
  process.since = clock_->now();
  process.give = std::move(give);
  if (process.since + options_.idle_limit < next_tick_) launcher_->wake();
  const std::string name = process.group;
  hand_out(group, name);
  return {};
}

Result<Fleet::Process*> Fleet::find_working(const std::string& secret, const std::string& id, const std::string& token) {
  Process& process = *TRY(find(secret));
  if (process.state != State::working || process.invocation->work.id != id) return satchel::fail(ErrorCode::forbidden, "This process has no such invocation.", {}, "InvalidRequestID");
  if (process.invocation->work.token != token) {
    return satchel::fail(ErrorCode::forbidden, "The answer does not show the Lambda-Runtime-Invocation-Id of its invocation.", {}, "InvalidRequestID");
  }
  return &process;
}

void Fleet::settle(const Taken& invocation, Result<std::string> result) {
  invocation->result = std::move(result);
  invocation->done.notify_all();
}

Result<void> Fleet::respond(const std::string& secret, const std::string& id, const std::string& token, std::string payload) {
  const std::scoped_lock lock(mutex_);
  Process& process = *TRY(find_working(secret, id, token));
  settle(std::exchange(process.invocation, nullptr), std::move(payload));
  process.state = State::answered;
  process.since = clock_->now();
  if (process.since + options_.return_limit < next_tick_) launcher_->wake();
  return {};
}

Result<void> Fleet::fail(const std::string& secret, const std::string& id, const std::string& token, const Report& report) {
  const std::scoped_lock lock(mutex_);
  Process& process = *TRY(find_working(secret, id, token));
  logger_->error("function.failed", {{"group", process.group}, {"request_id", id}, {"type", report.type}, {"message", report.message}});
  settle(std::exchange(process.invocation, nullptr),
         satchel::fail(ErrorCode::internal, "Something went wrong here. Try again; if it stays, tell an administrator the request id.", fmt::format("{}: {}", report.type, report.message), "function_failed"));
  process.state = State::answered;
  process.since = clock_->now();
  if (process.since + options_.return_limit < next_tick_) launcher_->wake();
  return {};
}

Result<void> Fleet::fail_start(const std::string& secret, const Report& report) {
  const std::scoped_lock lock(mutex_);
  Process& process = *TRY(find(secret));
  if (process.state != State::starting) return not_now("This process has started already.");
  process.start_error = fmt::format("{}: {}", report.type, report.message);
  return {};
}

void Fleet::ended(const std::string& secret, const std::string& how) {
  const std::scoped_lock lock(mutex_);
  const auto found = processes_.find(secret);
  if (found == processes_.end()) return;
  const Process process = std::move(found->second);
  processes_.erase(found);
  Group& group = group_of(process);
  --group.alive;
  if (process.state == State::starting) {
    --group.starting;
    start_failed(group, process, process.start_error.empty() ? how : process.start_error);
  } else if (process.state != State::ending) {
    crashed(process, how);
  }
  hand_out(group, process.group);
  if (processes_.empty()) drained_.notify_all();
}

void Fleet::crashed(const Process& process, const std::string& how) {
  ++counters_.crashed;
  logger_->error("function.ended", {{"group", process.group}, {"request_id", process.invocation ? process.invocation->work.id : std::string()}, {"how", how}});
  if (!process.invocation) return;
  constexpr auto kSentence = "This stopped in the middle. Whether it had an effect is not known: look before you try again; if it stays, tell an administrator the request id.";
  settle(process.invocation, satchel::fail(ErrorCode::unavailable, kSentence, fmt::format("the process {}", how), "function_ended"));
}

/// One trouble is one line in the log, however often it is tried again.
void Fleet::start_failed(Group& group, const Process& process, const std::string& how) {
  if (group.failures == 0) logger_->error("function.not_started", {{"group", process.group}, {"why", how}});
  Duration rest = options_.first_rest;
  for (int n = 0; n < group.failures && rest < options_.longest_rest; ++n) rest *= 2;
  ++group.failures;
  group.rests_until = clock_->now() + std::min(rest, options_.longest_rest);
  if (group.alive > 0) return;
  for (const Taken& invocation : std::exchange(group.waiting, {})) settle(invocation, std::unexpected(no_process(how)));
}

Duration Fleet::limit_of(State state) const {
  switch (state) {
    case State::starting: return options_.start_limit;
    case State::idle: return options_.idle_limit;
    case State::answered: return options_.return_limit;
    case State::working:  // its caller watches its deadline
    case State::ending: return kForLong;
  }
  std::unreachable();
}

Time Fleet::tick() {
  const std::scoped_lock lock(mutex_);
  const Time now = clock_->now();
  Time next = now + kForLong;
  for (auto& [secret, process] : processes_) {
    const Time due = process.since + limit_of(process.state);
    if (due > now) {
      next = std::min(next, due);
      continue;
    }
    if (process.state == State::starting && process.start_error.empty()) process.start_error = "it did not ask for work in time";
    if (process.state == State::idle) process.state = State::ending;
    launcher_->kill(secret);
  }
  for (auto& [name, group] : groups_) {
    if (group.waiting.empty() || group.rests_until == Time{}) continue;
    if (group.rests_until > now) next = std::min(next, group.rests_until);
    else launch_some(group, name);
  }
  return next_tick_ = next;
}

void Fleet::stop(Time deadline) {
  std::unique_lock lock(mutex_);
  stopping_ = true;
  drained_.wait_for(lock, std::max(deadline - clock_->now(), Duration{0}), [this] { return taken_ == 0; });
  for (auto& [name, group] : groups_) {
    for (const Taken& invocation : std::exchange(group.waiting, {})) settle(invocation, std::unexpected(busy("the server is stopping")));
  }
  over_ = true;
  for (auto& [secret, process] : processes_) {
    if (process.invocation) settle(std::exchange(process.invocation, nullptr), std::unexpected(busy("the server stopped before the answer")));
    process.state = State::ending;
    launcher_->kill(secret);
  }
}

FleetCounters Fleet::counters() const {
  const std::scoped_lock lock(mutex_);
  FleetCounters counters = counters_;
  counters.processes_now = processes_.size();
  return counters;
}

}  // namespace satchel::lambda_host
