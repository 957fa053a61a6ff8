// SPDX-License-Identifier: Apache-2.0
// The command line of Satchel. What it does stands in server_commands.cpp and client_commands.cpp.
#include <CLI/CLI.hpp>
#include <algorithm>
#include <exception>
#include <iostream>
#include <string_view>

#include "apps/satchel/client_commands.hpp"
#include "apps/satchel/server_commands.hpp"
#include "apps/satchel/usage.hpp"

int main(int argc, char** argv) {
  CLI::App app("Satchel: put your files in, share them by a link, know what happens to them.", "satchel");
  app.set_version_flag("--version", "satchel " SATCHEL_VERSION);
  app.require_subcommand(1);
  app.footer(
      "Run a server:             satchel serve\n"
      "Share a file by a link:   satchel login https://files.example.org && satchel send report.pdf\n"
      "'satchel COMMAND --help' tells more and gives examples.\n"
      "Exit status: 0 done, 1 failed, 2 wrong usage, 3 not found or gone, 4 not allowed, 5 no answer");
  app.fallthrough();  // for all commands: --json may stand behind them, too
  bool json = false;
  app.add_flag("--json", json, "The result as one JSON value, for scripts; errors as JSON on standard error");
  satchel::ChosenCommand chosen;
  satchel::add_server_commands(app, chosen, json);
  satchel::add_client_commands(app, chosen, json);
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    // Reading may have ended before it came to the flag.
    return satchel::answer_usage(app, error, std::find(argv, argv + argc, std::string_view("--json")) != argv + argc);
  }
  try {
    return chosen();
  } catch (const std::exception& error) {
    std::cerr << "satchel: something went wrong that should not: " << error.what() << "\nPlease report it with what you did.\n";
    return 1;
  }
}
