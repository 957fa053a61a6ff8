// SPDX-License-Identifier: Apache-2.0
// `satchel serve`: the whole server in one process, from its first file to its last connection.
#pragma once

#include "apps/satchel/configuration.hpp"

namespace satchel {

/// Returns when the process is told to stop (SIGINT, SIGTERM); its exit status. Errors are told on standard error, with a way on.
int serve(const Loaded& loaded);

}  // namespace satchel
