// SPDX-License-Identifier: Apache-2.0
#include "satchel/runtime/schedules.hpp"

#include <fmt/format.h>

#include "satchel/runtime/start.hpp"

namespace satchel {

Schedules::Schedules(const Registry& registry, Table& table, Clock& clock, Random& random, Logger& logger)
    : table_(&table), clock_(&clock), random_(&random), logger_(&logger) {
  for (const Bound& bound : registry.all()) {
    if (const auto* every = std::get_if<Every>(&bound.row.trigger)) jobs_.push_back({&bound, every->period});
  }
}

Result<int> Schedules::run(const Call& call, const std::stop_token& stop) {
  int started = 0;
  for (Job& job : jobs_) {
    if (stop.stop_requested() || clock_->now() >= call.deadline) break;
    const Time now = clock_->now();
    // A time further off than a period was noted before the clock was set back.
    if (job.next > now && job.next <= now + job.period) continue;
    if (!TRY(claim(call, job))) continue;
    (void)start_scheduled(*job.bound, {*clock_, *random_, *logger_});  // logged there, and tried again a period later
    ++started;
  }
  return started;
}

Result<bool> Schedules::claim(const Call& call, Job& job) {
  const Time now = clock_->now();
  const Key key = keys::cursor(fmt::format("schedule.{}", job.bound->row.name), 0);
  const auto before = TRY(table_->get(call, key));
  const Time noted = before ? from_millis(before->number("next")) : Time{};
  if (noted > now && noted <= now + job.period) {
    job.next = noted;
    return false;
  }
  Put put{{key, {}}, before ? Condition::equals("next", to_millis(noted)) : Condition::absent()};
  put.item.set("next", to_millis(now + job.period));
  const auto outcome = table_->write(call, {put});
  if (!outcome && outcome.error().code != ErrorCode::conflict) return std::unexpected(outcome.error());
  const bool ours = outcome && outcome->committed();
  if (ours) job.next = now + job.period;
  return ours;
}

}  // namespace satchel
