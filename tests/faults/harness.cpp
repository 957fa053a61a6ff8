// SPDX-License-Identifier: Apache-2.0
#include "tests/faults/harness.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <random>
#include <utility>

#include "tests/support/invariants.hpp"

namespace satchel {
namespace {

/// A fault at a request of an adapter.
struct Trouble {
  std::size_t call = 0;
  WireFault fault = WireFault::drop;
  bool lasting = false;
};

/// What disturbs one run.
struct Disturbance {
  std::optional<std::pair<std::size_t, FaultMode>> fault;
  std::optional<std::pair<std::size_t, FaultMode>> in_recovery;
  std::size_t doubled_event = 0;  // counted from 1
  std::size_t late_event = 0;
  std::optional<Adversity> adversity;
  std::optional<Trouble> trouble;
  bool newest_first = false;
};

struct Played {
  std::vector<std::string> trace;
  std::vector<std::string> requests;  // of the adapters
  bool spoilt = false;
  std::size_t recovery_calls = 0;
  std::size_t events = 0;
  std::vector<std::string> complaints;
};

/// Whether the process lived through it.
bool drive(const Scenario& scenario, Run& run) {
  try {
    scenario.act(run);
    run.require(run.b.deliver(), "an event does not go away");
    return true;
  } catch (const Crash&) {
    run.b.restart();
    return false;
  }
}

void arm(BackEnd& back_end, const std::optional<std::pair<std::size_t, FaultMode>>& fault) {
  back_end.faults.reset();
  if (fault) back_end.faults.arm(fault->first, fault->second);
}

void let_a_day_pass(Run& run) {
  run.b.clock.advance(std::chrono::hours{25});
  run.b.table->be_kind();
  for (int again = 0; again < 2; ++again) {
    run.b.run_schedules();
    run.require(run.b.deliver(), "an event does not go away");
  }
}

void judge(const Scenario& scenario, Run& run) {
  for (std::string& broken : broken_invariants(run.b)) run.complaints.push_back(std::move(broken));
  for (const auto& [id, bytes] : run.kept) {
    run.require(run.b.download(run.anna(), id) == bytes, fmt::format("an acknowledged file of {} bytes is lost", bytes.size()));
  }
  scenario.expect(run);
}

/// The scenario under what disturbs it, to its end or the end of the process.
bool disturb(const Scenario& scenario, const Stage& stage, const Disturbance& disturbance, Run& run, Played& played) {
  arm(run.b, disturbance.fault);
  if (stage.wire) stage.wire->reset();
  if (const auto& trouble = disturbance.trouble) stage.wire->arm(trouble->call, trouble->fault, trouble->lasting);
  const bool lived = drive(scenario, run);
  played.trace = run.b.faults.trace();
  if (!stage.wire) return lived;
  played.requests = stage.wire->trace();
  played.spoilt = stage.wire->spoilt() > 0;
  stage.wire->reset();
  return lived;
}

Played play_once(const Scenario& scenario, const Stage& stage, const Disturbance& disturbance) {
  BackEnd back_end(stage.options());
  Run run{back_end};
  scenario.prepare(run);
  run.require(back_end.deliver(), "an event of the preparation does not go away");
  const std::size_t before = back_end.delivered().size();
  if (disturbance.doubled_event > 0) back_end.double_event(disturbance.doubled_event);
  if (disturbance.newest_first) back_end.deliver_newest_first();
  Played played;
  const bool lived = disturb(scenario, stage, disturbance, run, played);

  run.b.restart();
  arm(back_end, disturbance.in_recovery);
  if (!lived && !drive(scenario, run)) {
    back_end.faults.reset();
    drive(scenario, run);
  }
  played.recovery_calls = back_end.faults.calls();
  back_end.faults.reset();
  run.require(back_end.deliver(), "an event does not go away");
  played.events = back_end.delivered().size() - before;
  if (disturbance.late_event > 0) {
    back_end.deliver_again(Event(back_end.delivered()[before + disturbance.late_event - 1]));
    run.require(back_end.deliver(), "an event does not go away");
  }
  let_a_day_pass(run);
  judge(scenario, run);
  played.complaints = std::move(run.complaints);
  return played;
}

Played play_once(const Scenario& scenario, const Disturbance& disturbance) {
  return play_once(scenario, {[&] { return BackEnd::Options{.adversity = disturbance.adversity}; }, nullptr}, disturbance);
}

void note(Report& report, const Played& played, const std::string& what) {
  constexpr std::size_t kMost = 20;
  ++report.runs;
  for (const std::string& complaint : played.complaints) {
    if (report.complaints.size() < kMost) report.complaints.push_back(fmt::format("{}: {}", what, complaint));
  }
}

std::string describe(const std::vector<std::string>& trace, std::size_t call, FaultMode mode) {
  return fmt::format("{} at call {} ({})", to_string(mode), call, call <= trace.size() ? trace[call - 1] : "none");
}

struct Attempt {
  Disturbance disturbance;
  std::string what;
};

void add_troubles(std::vector<Attempt>& attempts, const std::vector<std::string>& requests) {
  for (std::size_t call = 1; call <= requests.size(); ++call) {
    for (const WireFault fault : kWireFaults) {
      if (!befalls(fault, requests[call - 1])) continue;
      for (const bool lasting : {false, true}) {
        attempts.push_back({{.trouble = Trouble{call, fault, lasting}}, fmt::format("{}{} at request {} ({})", to_string(fault), lasting ? ", lasting," : "", call, requests[call - 1])});
      }
    }
  }
}

std::vector<Attempt> all_attempts(const Played& calm) {
  std::vector<Attempt> attempts{{{.newest_first = true}, "the newest event first"}};
  add_troubles(attempts, calm.requests);
  for (std::size_t call = 1; call <= calm.trace.size(); ++call) {
    for (const FaultMode mode : {FaultMode::crash_before, FaultMode::crash_after}) attempts.push_back({{.fault = std::pair(call, mode)}, describe(calm.trace, call, mode)});
  }
  for (std::size_t event = 1; event <= calm.events; ++event) {
    attempts.push_back({{.doubled_event = event}, fmt::format("event {} twice at once", event)});
    attempts.push_back({{.late_event = event}, fmt::format("event {} again later", event)});
  }
  return attempts;
}

}  // namespace

Answer Run::ask(std::string_view method, std::string_view path, std::string_view body, std::initializer_list<int> statuses, TextMap headers) {
  Answer answer = b.insist(anna(), method, path, body, std::move(headers));
  require(std::ranges::find(statuses, answer.status) != statuses.end(), fmt::format("{} {} was answered {} {}", method, path, answer.status, answer.body.text()));
  return answer;
}

EntryId Run::file(const EntryId& folder, std::string_view name, std::string_view bytes) {
  const EntryId id(b.upload(anna(), folder, name, bytes).text("id"));
  kept.insert_or_assign(id, std::string(bytes));
  return id;
}

void Run::require_names(const EntryId& folder, const std::vector<std::string>& names) {
  const auto there = b.names(anna(), folder);
  if (there == names) return;
  complaints.push_back(fmt::format("the folder has {} entries that are not the {} expected", there.size(), names.size()));
  for (const std::string& name : there) complaints.back() += fmt::format(" '{}'", name);
}

Report play(const Scenario& scenario) {
  Report report;
  const Played calm = play_once(scenario, {});
  note(report, calm, "without faults");
  report.calls = calm.trace.size();
  if (!calm.complaints.empty()) return report;
  for (std::size_t call = 1; call <= calm.trace.size(); ++call) {
    for (const FaultMode mode : kFaultModes) {
      note(report, play_once(scenario, {.fault = std::pair(call, mode)}), describe(calm.trace, call, mode));
    }
  }
  for (std::size_t event = 1; event <= calm.events; ++event) {
    note(report, play_once(scenario, {.doubled_event = event}), fmt::format("event {} twice at once", event));
    note(report, play_once(scenario, {.late_event = event}), fmt::format("event {} again later", event));
  }
  return report;
}

Report play_unkindly(const Scenario& scenario, std::uint64_t seeds) {
  Report report;
  for (std::uint64_t seed = 1; seed <= seeds; ++seed) {
    note(report, play_once(scenario, {.adversity = Adversity{.seed = seed}}), fmt::format("unkind table, seed {}", seed));
  }
  return report;
}

Report play_twice(const Scenario& scenario, std::size_t most) {
  Report report;
  const Played calm = play_once(scenario, {});
  report.calls = calm.trace.size();
  const std::size_t stride = calm.trace.size() * calm.trace.size() / most | 1U;  // odd, so that it meets every column
  std::size_t pair = 0;
  for (std::size_t first = 1; first <= calm.trace.size(); ++first) {
    for (std::size_t second = 1; second <= calm.trace.size(); ++second) {
      if (++pair % stride != 0) continue;
      const FaultMode again = kFaultModes[pair / stride % std::size(kFaultModes)];
      note(report, play_once(scenario, {.fault = std::pair(first, FaultMode::crash_after), .in_recovery = std::pair(second, again)}),
           fmt::format("{}, then in the recovery {} at call {}", describe(calm.trace, first, FaultMode::crash_after), to_string(again), second));
    }
  }
  return report;
}

Report play_on(const Stage& stage, const Scenario& scenario, const Sample& sample) {
  Report report;
  const Played calm = play_once(scenario, stage, {});
  note(report, calm, "without faults");
  report.calls = calm.requests.size();
  if (!calm.complaints.empty()) return report;
  std::vector<Attempt> attempts = all_attempts(calm);
  // The same seed plays the same runs of a scenario, whichever others are played.
  std::ranges::shuffle(attempts, std::mt19937_64(sample.seed ^ std::hash<std::string>()(scenario.name)));
  if (sample.most > 0) attempts.resize(std::min(attempts.size(), sample.most));
  for (const Attempt& attempt : attempts) {
    Played played = play_once(scenario, stage, attempt.disturbance);
    if (attempt.disturbance.trouble && !played.spoilt) played.complaints.push_back("the fault did not happen");
    note(report, played, attempt.what);
  }
  return report;
}

}  // namespace satchel
