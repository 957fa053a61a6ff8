// SPDX-License-Identifier: Apache-2.0
#include "satchel/runtime/gate_concurrency.hpp"

namespace satchel {

ConcurrencyGate::ConcurrencyGate(const Registry& registry) {
  for (const Bound& bound : registry.all()) {
    if (bound.row.concurrency > 0) running_[&bound] = 0;
  }
}

Result<ConcurrencyGate::Slot> ConcurrencyGate::enter(const Bound& bound) {
  const auto found = running_.find(&bound);
  if (found == running_.end()) return Slot();
  Slot slot(&found->second);
  if (++found->second > bound.row.concurrency) {
    return fail(ErrorCode::unavailable, "Too many requests of this kind are being answered. Try again in a moment.", std::string(bound.row.name), "busy");
  }
  return slot;
}

}  // namespace satchel
