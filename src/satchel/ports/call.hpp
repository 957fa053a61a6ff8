// SPDX-License-Identifier: Apache-2.0
// What every port call is told: until when an answer is of use.
#pragma once

#include "satchel/base/time.hpp"

namespace satchel {

struct Call {
  Time now{};       // of the invocation; the same for all its calls
  Time deadline{};  // a call that cannot end before it returns deadline_exceeded
};

}  // namespace satchel
