// SPDX-License-Identifier: Apache-2.0
// What the command line cannot be read as: the word that is wrong and where help is.
#pragma once

#include <string>

namespace CLI {
class App;
class ParseError;
}

namespace satchel {

/// Shows the help that was asked for, or tells what is wrong; the exit status.
int answer_usage(const CLI::App& app, const CLI::ParseError& error, bool json);

// Checks of an argument as CLI11 has them: what is wrong with it, or nothing.
std::string is_no_duration(const std::string& text);
std::string lacks_scheme(const std::string& address);

}  // namespace satchel
