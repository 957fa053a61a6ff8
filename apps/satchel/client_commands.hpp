// SPDX-License-Identifier: Apache-2.0
// The commands that talk to a server over its public API: put, get, ls, mkdir, mv, rm, share, send, login, logout.
#pragma once

#include <functional>

namespace CLI {
class App;
}

namespace satchel {

/// What the command line chose: the exit status of a command that has run.
using ChosenCommand = std::function<int()>;

/// Adds the commands to the command line; parsing it puts the one that was given into `chosen`. `json` is read when it runs.
void add_client_commands(CLI::App& app, ChosenCommand& chosen, const bool& json);

}  // namespace satchel
