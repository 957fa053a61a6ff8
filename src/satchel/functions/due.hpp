// SPDX-License-Identifier: Apache-2.0
// Sweeps over what has become due (keys::index_due): in hour buckets, from where the last sweep stopped, never over everything.
#pragma once

#include <functional>
#include <set>

#include "satchel/ports/table.hpp"
#include "satchel/runtime/function.hpp"

namespace satchel {

struct Sweep {
  std::string_view name;      // of its cursors: one for each function
  std::set<Family> families;  // whose items; the buckets hold those of others, too
  int most = 500;             // items a run
};

/// Calls `settle` with items that are due, as the index has them: maybe stale, at least the keys are right; so it reads again and makes
/// the item not due any more. It may meet an item twice. One that fails is logged and comes again; so does what is beyond `most`
/// or the deadline. Where it finds what has been due for hours, it says so ("sweep.behind"). How many were settled. The function's row
/// writes Family::cursor. Errors: of the table.
Result<int> sweep_due(const Context& context, const TableReader& table, TableWriter& writer, const Sweep& sweep,
                      const std::function<Result<void>(const Item&)>& settle);

}  // namespace satchel
