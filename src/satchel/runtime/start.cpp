// SPDX-License-Identifier: Apache-2.0
#include "satchel/runtime/start.hpp"

#include <algorithm>
#include <exception>
#include <utility>

namespace satchel {
namespace {

Context context_of(const Row& row, std::string request_id, const StartMeans& means) {
  const Time now = means.clock.now();
  return {.call = {now, std::min(now + row.timeout, means.latest)}, .principal = System{}, .request_id = std::move(request_id), .client = {},
          .random = means.random, .logger = means.logger, .clock = &means.clock};
}

template <class Start>
Result<void> contained(Start start) {
  try {
    return start();
  } catch (const std::exception& thrown) {
    return fail(ErrorCode::internal, "Something went wrong here.", thrown.what());
  }
}

}  // namespace

Result<void> start_consumer(const Bound& bound, const Event& event, const StartMeans& means) {
  const Context context = context_of(bound.row, event.id, means);
  return contained([&] { return bound.function->on_event(context, event); });
}

Result<void> start_scheduled(const Bound& bound, const StartMeans& means) {
  const Context context = context_of(bound.row, ulid(means.clock.now(), means.random), means);
  auto result = contained([&] { return bound.function->on_schedule(context); });
  if (!result) {
    means.logger.warn("schedule.failed", {{"function", bound.row.name}, {"request", context.request_id},
                                          {"code", to_string(result.error().code)}, {"detail", result.error().detail}});
  }
  return result;
}

}  // namespace satchel
