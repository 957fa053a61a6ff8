// SPDX-License-Identifier: Apache-2.0
// How the provider writes: again where another writer held an item, and with an event of what it did in the same transaction.
#pragma once

#include <string>
#include <string_view>

#include "satchel/model/event.hpp"
#include "satchel/ports/table.hpp"

namespace satchel::identity {

/// As write(), but repeated a few times on `conflict`, after which nothing was written. Works for a Table and a TableWriter.
template <class Writer>
Result<WriteOutcome> write_again(Writer& writer, const Call& call, const Transaction& transaction) {
  for (int attempt = 1;; ++attempt) {
    auto outcome = writer.write(call, transaction);
    if (outcome || outcome.error().code != ErrorCode::conflict || attempt == 8) return outcome;
  }
}

/// Puts an event about a person into the outbox.
Operation event_of(const Call& call, Random& random, std::string_view type, std::string actor, std::string subject);

/// What stands where the state kept moving while it was being changed.
std::unexpected<Error> moving();

}  // namespace satchel::identity
