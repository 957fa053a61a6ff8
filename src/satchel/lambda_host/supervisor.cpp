// SPDX-License-Identifier: Apache-2.0
#include "satchel/lambda_host/supervisor.hpp"

#include <poll.h>
#include <sys/eventfd.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <utility>

#include "satchel/base/json.hpp"
#include "satchel/lambda_host/lines.hpp"

namespace satchel::lambda_host {
namespace {

constexpr int kLongestWait = 1000;  // ms, while there are processes: one may end without closing its output, where a child of its own has it
constexpr int kReads = 16;          // of one process at a time

/// The level that a line of a structured log gives itself; what writes plain text has something to say.
LogLevel level_of(std::string_view line) {
  const auto document = line.starts_with('{') ? Json::parse(line, OddNumbers::read_as_null) : Result<Json>(Json());
  const Json* level = document ? document->find("level") : nullptr;
  const auto* name = level ? level->as<std::string>() : nullptr;
  if (!name) return LogLevel::warn;
  return *name == "debug" ? LogLevel::debug : *name == "info" ? LogLevel::info : *name == "error" ? LogLevel::error : LogLevel::warn;
}

}  // namespace

struct Supervisor::Watched {
  Watched(Supervisor& supervisor, std::string name, std::string of_group, Child made)
      : process(std::move(name)), group(std::move(of_group)), child(made), lines([this, &supervisor](std::string_view line) { supervisor.log_line(*this, line); }) {}
  Watched(const Watched&) = delete;
  ~Watched() { close_output(); }

  void close_output() {
    if (child.output >= 0) close(child.output);
    child.output = -1;
  }

  std::string process, group;
  Child child;
  Lines lines;
};

Supervisor::Supervisor(Describe describe, Clock& clock, Logger& logger) : describe_(std::move(describe)), clock_(&clock), logger_(&logger) {}

Supervisor::~Supervisor() {
  stop();
  if (bell_ >= 0) close(bell_);
}

Result<void> Supervisor::start(Fleet& fleet) {
  fleet_ = &fleet;
  bell_ = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
  if (bell_ < 0) return fail(ErrorCode::unavailable, "No descriptor to be had for the functions' processes.", std::strerror(errno));
  thread_ = std::jthread([this] { run(); });
  return {};
}

void Supervisor::stop() {
  {
    const std::scoped_lock lock(mutex_);
    stopping_ = true;
  }
  wake();
  if (thread_.joinable()) thread_.join();
}

void Supervisor::launch(const std::string& group, const std::string& process) {
  {
    const std::scoped_lock lock(mutex_);
    wishes_.push_back({true, group, process});
  }
  wake();
}

void Supervisor::kill(const std::string& process) {
  {
    const std::scoped_lock lock(mutex_);
    wishes_.push_back({false, {}, process});
  }
  wake();
}

void Supervisor::wake() {
  const std::uint64_t one = 1;
  (void)!write(bell_, &one, sizeof one);
}

void Supervisor::run() {
  for (;;) {
    std::vector<Wish> wishes;
    bool stopping = false;
    {
      const std::scoped_lock lock(mutex_);
      wishes.swap(wishes_);
      stopping = stopping_;
    }
    for (const Wish& wish : wishes) {
      if (!stopping || !wish.launch) fulfil(wish);
    }
    if (stopping) {
      for (const auto& [process, watched] : watched_) kill_program(watched->child.pid);
    }
    reap();
    if (stopping && watched_.empty()) return;
    wait();
  }
}

void Supervisor::fulfil(const Wish& wish) {
  if (!wish.launch) {
    if (const auto found = watched_.find(wish.process); found != watched_.end()) kill_program(found->second->child.pid);
    return;
  }
  const auto child = start_program(describe_(wish.group, wish.process));
  if (!child) return fleet_->ended(wish.process, child.error().message);
  watched_.emplace(wish.process, std::make_unique<Watched>(*this, wish.process, wish.group, *child));
}

/// Until a process writes or ends, somebody wishes something, or the fleet's next moment.
void Supervisor::wait() {
  std::vector<pollfd> places{{bell_, POLLIN, 0}};
  std::vector<Watched*> writers;
  for (const auto& [process, watched] : watched_) {
    if (watched->child.output < 0) continue;
    places.push_back({watched->child.output, POLLIN, 0});
    writers.push_back(watched.get());
  }
  const auto left = std::chrono::ceil<std::chrono::milliseconds>(fleet_->tick() - clock_->now()).count();
  poll(places.data(), places.size(), static_cast<int>(std::clamp<std::int64_t>(left, 0, watched_.empty() ? 3'600'000 : kLongestWait)));
  std::uint64_t rung = 0;
  (void)!read(bell_, &rung, sizeof rung);
  for (std::size_t i = 0; i < writers.size(); ++i) {
    if (places[i + 1].revents != 0) read_output(*writers[i]);
  }
}

void Supervisor::read_output(Watched& watched) {
  std::array<char, 16 * 1024> bytes{};
  for (int n = 0; n < kReads && watched.child.output >= 0; ++n) {
    const ssize_t got = read(watched.child.output, bytes.data(), bytes.size());
    if (got > 0) {
      watched.lines.add({bytes.data(), static_cast<std::size_t>(got)});
    } else if (got == 0) {
      // It has ended, or nobody can hear it any more.
      watched.lines.finish();
      watched.close_output();
      kill_program(watched.child.pid);
    } else {
      return;
    }
  }
}

void Supervisor::reap() {
  for (auto place = watched_.begin(); place != watched_.end();) {
    Watched& watched = *place->second;
    int status = 0;
    // A closed output means that the end is near: it was killed.
    const pid_t ended = waitpid(watched.child.pid, &status, watched.child.output < 0 ? 0 : WNOHANG);
    if (ended == 0 || (ended < 0 && errno == EINTR)) {
      ++place;
      continue;
    }
    read_output(watched);
    watched.lines.finish();
    const std::string process = watched.process;
    place = watched_.erase(place);
    fleet_->ended(process, how_it_ended(status));
  }
}

void Supervisor::log_line(const Watched& watched, std::string_view line) {
  logger_->write(level_of(line), "function.log", {{"group", watched.group}, {"pid", std::int64_t{watched.child.pid}}, {"line", line}});
}

}  // namespace satchel::lambda_host
