// SPDX-License-Identifier: Apache-2.0
// Which process does what: groups of processes that come from none and go up to a bound, one invocation a process at a time. It holds no
// socket and starts no process: the Runtime API and the supervisor tell it what happens, and a Launcher does what it wants. Any thread may call.
#pragma once

#include <condition_variable>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <functional>
#include <list>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>

#include "satchel/base/clock.hpp"
#include "satchel/base/log.hpp"
#include "satchel/base/random.hpp"
#include "satchel/base/result.hpp"

namespace satchel::lambda_host {

/// One invocation as its process gets it.
struct Work {
  std::string id;     // the request's, unique among those that run
  std::string token;  // Lambda-Runtime-Invocation-Id: the answer shows it again
  std::string group;
  std::string payload;
  Time deadline{};
};

/// Starts and ends processes, later and elsewhere; calls never block.
class Launcher {
 public:
  virtual ~Launcher() = default;
  /// Fleet::ended() is told when it is over, also where it could not be started.
  virtual void launch(const std::string& group, const std::string& process) = 0;
  /// At once and without asking.
  virtual void kill(const std::string& process) = 0;
  /// tick() is wanted earlier than it said.
  virtual void wake() = 0;
};

struct FleetOptions {
  std::size_t most_processes = 4;   // of one group
  std::size_t most_waiting = 256;   // invocations of one group without a process; beyond it they are refused
  Duration start_limit{10'000};     // from a process's launch to its first call for work
  Duration idle_limit{300'000};     // without work; then it is ended
  Duration return_limit{2'000};     // from an answer to the next call for work
  Duration first_rest{1'000};       // after a start that failed, doubled with each more
  Duration longest_rest{60'000};
};

/// What an init error or an invocation's error says.
struct Report {
  std::string type, message;
};

struct FleetCounters {
  std::uint64_t launched = 0, invocations = 0, crashed = 0, killed = 0;  // killed: at a deadline
  std::uint64_t processes_now = 0;
};

class Fleet {
 public:
  using Give = std::move_only_function<void(const Work& work)>;

  /// All outlive it. `launcher` is used from the first invoke() on.
  Fleet(const FleetOptions& options, Launcher& launcher, Clock& clock, Random& random, Logger& logger);

  /// Has a process of the group do this and waits for its answer. Errors: unavailable (nothing was done: too busy, no start, stopping; or
  /// unknown: the process ended on the way), deadline_exceeded (the process was killed), internal (the function failed), too_large.
  Result<std::string> invoke(const std::string& group, std::string id, std::string payload, Time deadline);

  // From the Runtime API, for a process that it knows by its secret name. Errors: forbidden (not at this time, or no such process or invocation).
  /// Asks for work; `give` is called once, when there is some.
  Result<void> next(const std::string& process, Give give);
  Result<void> respond(const std::string& process, const std::string& id, const std::string& token, std::string payload);
  Result<void> fail(const std::string& process, const std::string& id, const std::string& token, const Report& report);
  Result<void> fail_start(const std::string& process, const Report& report);
  /// Whether there is such a process.
  bool knows(const std::string& process) const;

  // From the supervisor.
  /// It is gone; `how` says "ended with status 3".
  void ended(const std::string& process, const std::string& how);
  /// Ends who started too slowly or has had nothing to do for long; when to call again.
  Time tick();

  /// Takes no more; lets what was taken end until `deadline`, then kills everything. Blocks. Idempotent.
  void stop(Time deadline);
  FleetCounters counters() const;

 private:
  struct Invocation;
  struct Process;
  struct Group;
  enum class State { starting, idle, working, answered, ending };  // answered: and has not asked for more yet
  using Taken = std::shared_ptr<Invocation>;

  Group& group_of(const Process& process) { return groups_.at(process.group); }
  Result<Process*> find(const std::string& process);
  Result<Process*> find_working(const std::string& process, const std::string& id, const std::string& token);
  void hand_out(Group& group, const std::string& name);
  void launch_some(Group& group, const std::string& name);
  void give(Process& process, const Taken& invocation);
  Duration limit_of(State state) const;
  void settle(const Taken& invocation, Result<std::string> result);
  void start_failed(Group& group, const Process& process, const std::string& how);
  void crashed(const Process& process, const std::string& how);
  Error out_of_time(Group& group, const Taken& invocation);

  struct Invocation {
    Work work;
    std::string process;  // that does it; empty: it waits
    std::optional<Result<std::string>> result;
    std::condition_variable done;
  };
  struct Process {
    std::string group;
    State state = State::starting;
    Time since{};  // of the state
    Give give;     // while it waits for work
    Taken invocation;
    std::string start_error;
  };
  struct Group {
    std::deque<Taken> waiting;
    std::size_t starting = 0, alive = 0;  // alive: those starting, too
    int failures = 0;                     // starts in a row
    Time rests_until{};
  };

  FleetOptions options_;
  Launcher* launcher_;
  Clock* clock_;
  Random* random_;
  Logger* logger_;

  mutable std::mutex mutex_;
  std::condition_variable drained_;
  std::map<std::string, Group, std::less<>> groups_;
  std::map<std::string, Process, std::less<>> processes_;  // by secret name
  std::size_t taken_ = 0;                                  // invocations within invoke()
  bool stopping_ = false;  // takes no more
  bool over_ = false;      // starts no more
  Time next_tick_{};
  FleetCounters counters_;
};

}  // namespace satchel::lambda_host
