// SPDX-License-Identifier: Apache-2.0
#include "satchel/identity/writing.hpp"

namespace satchel::identity {

Operation event_of(const Call& call, Random& random, std::string_view type, std::string actor, std::string subject) {
  const Event event{.id = ulid(call.now, random), .type = std::string(type), .time = call.now, .actor = std::move(actor), .subject = std::move(subject)};
  return Put{outbox_item(event), Condition::absent()};
}

std::unexpected<Error> moving() { return fail(ErrorCode::conflict, "This is being changed by somebody else right now. Try again."); }

}  // namespace satchel::identity
