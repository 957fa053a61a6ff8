// SPDX-License-Identifier: Apache-2.0
// The command line of Satchel. What it does stands in server_commands.cpp and client_commands.cpp.
#include <CLI/CLI.hpp>
#include <exception>
#include <iostream>

#include "apps/satchel/client_commands.hpp"
#include "apps/satchel/server_commands.hpp"

int main(int argc, char** argv) {
  CLI::App app("Satchel: put your files in, share them by a link, know what happens to them.", "satchel");
  app.set_version_flag("--version", "satchel " SATCHEL_VERSION);
  app.require_subcommand(1);
  app.footer(
      "Run a server:             satchel serve\n"
      "Share a file by a link:   satchel login https://files.example.org && satchel send report.pdf\n"
      "'satchel COMMAND --help' tells more and gives examples.");
  satchel::ChosenCommand chosen;
  satchel::add_server_commands(app, chosen);
  satchel::add_client_commands(app, chosen);
  CLI11_PARSE(app, argc, argv);
  try {
    return chosen();
  } catch (const std::exception& error) {
    std::cerr << "satchel: something went wrong that should not: " << error.what() << "\nPlease report it with what you did.\n";
    return 1;
  }
}
