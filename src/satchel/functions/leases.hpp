// SPDX-License-Identifier: Apache-2.0
// One download of a limited link. Taking a lease takes the download from the link; a lease whose answer failed gives it back; one
// whose bytes were served in full, or of which nothing was ever heard, has spent it. At every moment the link's `left` is its limit
// less the leases that are out or spent, in the table's own transactions, so the number is exact after any crash. Of all that failed,
// no more than half a file is given back: else the pieces of many failures would make a whole that nobody counted.
#pragma once

#include "satchel/model/link.hpp"
#include "satchel/ports/table.hpp"
#include "satchel/runtime/function.hpp"

namespace satchel {

inline constexpr Duration kLeaseLife = std::chrono::hours{24};

struct Lease {
  enum class State { out, spent, returned };
  LeaseId id;
  LinkId link;
  EntryId entry;           // of the file it was taken for
  std::int64_t size = 0;   // of that file
  std::int64_t bytes = 0;  // sent in answers that ended
  State state = State::out;
  Time until{};            // it is good for further files so long
};

Lease lease_from(const Item& item);

/// The lease that a request shows, where it still stands for a download of this link: out or spent, and in time.
Result<std::optional<Lease>> standing_lease(const Call& call, const TableReader& table, const std::string& id, const Link& link);

/// Takes a download from the link: the first operation's condition fails where there is none left or the link has changed.
Transaction take_lease(const Lease& lease, const Link& link);

/// What the end of an answer makes of a lease and its link, both as read just now; `whole`: the store sent every byte in one answer. A file
/// fetched in pieces counts as served once as many bytes have gone out as it has. One that failed and is not given back stays out: whoever
/// has the lease goes on with it.
Transaction settle_lease(const Lease& lease, const Link& link, std::int64_t bytes, bool whole);

}  // namespace satchel
