// SPDX-License-Identifier: Apache-2.0
// That a consumer has handled an event, recorded in the transaction of its effect: an event that comes again finds it.
#pragma once

#include "satchel/ports/table.hpp"
#include "satchel/runtime/function.hpp"

namespace satchel {

/// The condition of this operation does not hold where the event has been handled.
Operation consumed_operation(const Context& context, std::string_view consumer, const Event& event);

}  // namespace satchel
