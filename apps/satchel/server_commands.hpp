// SPDX-License-Identifier: Apache-2.0
// The commands of the person who keeps the machine: serve, config, user add, token create.
#pragma once

#include "apps/satchel/client_commands.hpp"

namespace satchel {

/// Adds the commands to the command line; parsing it puts the one that was given into `chosen`. `json` is read when it runs.
void add_server_commands(CLI::App& app, ChosenCommand& chosen, const bool& json);

}  // namespace satchel
