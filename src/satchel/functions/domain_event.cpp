// SPDX-License-Identifier: Apache-2.0
#include "satchel/functions/domain_event.hpp"

namespace satchel {

Operation event_operation(const Context& context, std::string_view type, std::string subject, EventData data) {
  const Event event{.id = ulid(context.call.now, context.random),
                    .type = std::string(type),
                    .time = context.call.now,
                    .actor = actor_of(context.principal),
                    .subject = std::move(subject),
                    .data = std::move(data)};
  return Put{outbox_item(event), Condition::absent()};
}

Operation later_event_operation(const Context& context, Time not_before, std::string_view type, std::string subject) {
  Operation operation = event_operation(context, type, std::move(subject));
  std::get<Put>(operation).item.set(kNotBefore, to_millis(not_before));
  return operation;
}

EventData event_data_of(const Item& meta) {
  return {{"space", meta.text("space")}, {"kind", meta.text("kind")}, {"parent", meta.text("parent")}, {"name", meta.text("name")}};
}

}  // namespace satchel
