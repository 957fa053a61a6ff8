// SPDX-License-Identifier: Apache-2.0
// JSON as functions see it; it lives in base/ since the command line reads it, too.
#pragma once

#include "satchel/base/json.hpp"  // IWYU pragma: export
