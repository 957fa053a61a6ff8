// SPDX-License-Identifier: Apache-2.0
// `satchel serve`: the whole server in one process, from its first file to its last connection.
#pragma once

#include "apps/satchel/configuration.hpp"

namespace satchel {

/// Returns when the process is told to stop (SIGINT, SIGTERM). Errors: those of the start, each with a way on.
Result<void> serve(const Loaded& loaded);

}  // namespace satchel
