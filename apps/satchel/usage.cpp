// SPDX-License-Identifier: Apache-2.0
#include "apps/satchel/usage.hpp"

#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <iostream>

#include "satchel/base/time.hpp"
#include "satchel/cli/console.hpp"

namespace satchel {
namespace {

/// The command as far as it was understood: "satchel user add".
struct Understood {
  const CLI::App* command;
  std::string name;
  bool needs_more;  // is only the first word of several commands
};

Understood understood(const CLI::App& app) {
  const CLI::App* command = &app;
  std::string name = app.get_name();
  while (!command->get_subcommands().empty()) {
    command = command->get_subcommands().front();
    name += " " + command->get_name();
  }
  return {command, name, !command->get_subcommands([](const CLI::App*) { return true; }).empty()};
}

/// What is to be written instead of an argument that looks like an option and is a name.
std::string as_name(const Understood& command, const std::string& word) {
  const std::string& last = command.command->get_name();
  if (last == "put" || last == "send") return fmt::format(" For a file of this name write './{}'.", word);
  return command.needs_more ? "" : fmt::format(" For a name write '/{}'.", word);
}

std::string sentence_for(const Understood& command, const std::vector<std::string>& unknown, const CLI::ParseError& error) {
  const std::string more = fmt::format(" '{} --help' {}.", command.name, command.needs_more ? "lists them" : "tells more");
  if (unknown.empty()) {
    const std::string what = error.what();
    return what + (what.ends_with('.') ? "" : ".") + more;
  }
  const std::string& word = unknown.front();
  if (word.starts_with("--")) return fmt::format("There is no option '{}'.{}", word, more);
  if (word.starts_with("-")) return fmt::format("There is no option '{}'.{}{}", word, as_name(command, word), more);
  if (command.needs_more) return fmt::format("There is no command '{} {}'.{}", command.name, word, more);
  return fmt::format("'{}' is one argument too many.{}", word, more);
}

}  // namespace

int answer_usage(const CLI::App& app, const CLI::ParseError& error, bool json) {
  if (error.get_exit_code() == 0) return app.exit(error);
  const Understood command = understood(app);
  const auto unknown = app.remaining(/*recurse=*/true);
  if (command.needs_more && unknown.empty() && !json) {
    std::cerr << command.command->help(command.command->get_parent() ? command.command->get_parent()->get_name() : "");
  } else {
    cli::report(std::cerr, json, {ErrorCode::invalid, sentence_for(command, unknown, error), {}, "usage"});
  }
  return cli::kUsage;
}

std::string is_no_duration(const std::string& text) {
  const auto duration = parse_duration(text);
  return duration ? "" : duration.error().message;
}

std::string lacks_scheme(const std::string& address) {
  if (address.starts_with("http://") || address.starts_with("https://")) return "";
  const bool here = address.starts_with("localhost") || address.starts_with("127.");
  return fmt::format("'{}' needs http:// or https:// before it: {}://{}", address, here ? "http" : "https", address);
}

}  // namespace satchel
