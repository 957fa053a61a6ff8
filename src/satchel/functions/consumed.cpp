// SPDX-License-Identifier: Apache-2.0
#include "satchel/functions/consumed.hpp"

namespace satchel {
namespace {

constexpr Duration kRemembered = std::chrono::days{14};  // longer than any event is late

}  // namespace

Operation consumed_operation(const Context& context, std::string_view consumer, const Event& event) {
  Item item{keys::consumed(consumer, event.id), {}};
  const Time until = context.call.now + kRemembered;
  item.set(kTimeToLive, to_millis(until) / 1000);
  keys::index_due(item, until);
  return Put{std::move(item), Condition::absent()};
}

}  // namespace satchel
