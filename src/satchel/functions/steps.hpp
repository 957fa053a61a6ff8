// SPDX-License-Identifier: Apache-2.0
// Work that is more than one event can hold: each event does a step and leaves an event for the next one behind. A step that was
// handled once is not handled again, also when its event comes twice.
#pragma once

#include "satchel/ports/table.hpp"
#include "satchel/runtime/function.hpp"

namespace satchel {

Result<bool> was_handled(const Call& call, const TableReader& table, std::string_view consumer, const Event& event);

/// Notes the event as handled and, where there is more, writes the next step; in one transaction. Called again it does nothing.
Result<void> finish_step(const Context& context, TableWriter& writer, std::string_view consumer, const Event& event, std::optional<Operation> next);

}  // namespace satchel
