// SPDX-License-Identifier: Apache-2.0
#include "apps/satchel/server_commands.hpp"

#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <iostream>
#include <memory>

#include "apps/satchel/admin_socket.hpp"
#include "apps/satchel/serve.hpp"

extern char** environ;

namespace satchel {
namespace {

/// What was given on the command line; lives as long as the command does.
struct Given {
  std::map<std::string, std::string, std::less<>> flags;
  std::string file;
  std::string email, name, expires, consumer;
  std::vector<std::string> scopes;
  bool admin = false, password_stdin = false;
};
using Shared = std::shared_ptr<Given>;

std::optional<std::string> environment(std::string_view name) {
  const char* value = std::getenv(std::string(name).c_str());
  return value ? std::optional<std::string>(value) : std::nullopt;
}

int failed(const Error& error) {
  fmt::print(stderr, "satchel: {}\n", error.message);
  return error.code == ErrorCode::not_found ? 3 : 1;
}

/// A misspelt variable would be lost without a word; but others' begin with SATCHEL_, too, so it is told, not refused.
void tell_unknown_variables() {
  constexpr std::string_view kPrefix = "SATCHEL_";
  for (char** entry = environ; *entry; ++entry) {
    const std::string_view text(*entry);
    const auto name = text.substr(0, text.find('='));
    constexpr std::string_view kOthers[] = {"SATCHEL_URL", "SATCHEL_TOKEN", "SATCHEL_CONFIG", "SATCHEL_BINARY", "SATCHEL_KILLS"};
    const bool known = std::ranges::any_of(settings(), [&](const Setting& setting) { return setting.environment() == name; }) || std::ranges::find(kOthers, name) != std::end(kOthers);
    if (name.starts_with(kPrefix) && !known) fmt::print(stderr, "satchel: {} is no setting of Satchel and does nothing. 'satchel config' lists them.\n", name);
  }
}

Result<Loaded> load(const Given& given) {
  return load_configuration({.flags = given.flags, .environment = environment, .file = given.file.empty() ? environment("SATCHEL_CONFIG").value_or("") : given.file});
}

void add_setting(CLI::App* command, const Shared& given, const Setting& setting) {
  const std::string key(setting.key);
  command->add_option_function<std::string>(setting.flag(), [given, key](const std::string& value) { given->flags.insert_or_assign(key, value); }, std::string(setting.help))
      ->type_name(std::string(setting.standard));
}

void add_settings(CLI::App* command, const Shared& given) {
  for (const Setting& setting : settings()) {
    if (!setting.secret) add_setting(command, given, setting);
  }
  command->add_option("--config", given->file, "Configuration file with lines 'key = value'; without it satchel.conf in the data folder");
}

int show_configuration(const Given& given) {
  const auto loaded = load(given);
  if (!loaded) return failed(loaded.error());
  fmt::print("{:<16} {:<34} {}\n", "setting", "value", "from");
  for (const Shown& shown : loaded->shown) fmt::print("{:<16} {:<34} {}\n", shown.key, shown.value.empty() ? "-" : shown.value, shown.source);
  return 0;
}

int run_server(const Given& given) {
  tell_unknown_variables();
  const auto loaded = load(given);
  return loaded ? serve(*loaded) : failed(loaded.error());
}

/// By the running server where there is one, else in the data folder itself.
Result<Json> administer(const Given& given, std::string_view path, Result<Json> (Administration::*command)(const Json&) const, const Json& request) {
  const Configuration configuration = TRY(load(given)).configuration;
  const auto clock = system_clock();
  if (auto answered = TRY(ask_admin_socket(configuration.data + "/admin.sock", path, request, *clock))) return *std::move(answered);
  umask(0077);
  const auto random = system_random();
  const auto logger = fd_logger(STDERR_FILENO, LogLevel::warn, *clock);
  const Process process{*clock, *random, *logger};
  Ground ground = TRY(Ground::open(configuration, process));
  return (Administration(ground, process, configuration.quota).*command)(request);
}

/// The first line, without what ends it.
Result<std::string> read_password() {
  if (isatty(STDIN_FILENO) == 1) fmt::print(stderr, "Password, then Enter: ");
  std::string line;
  if (!std::getline(std::cin, line)) return fail(ErrorCode::invalid, "No password came on standard input. Pipe it in: 'satchel user add EMAIL --password-stdin < FILE'.");
  if (line.ends_with('\r')) line.pop_back();
  return line;
}

Result<void> add_user(const Given& given) {
  if (!given.password_stdin) return fail(ErrorCode::invalid, "Give the password on standard input and say so with --password-stdin; arguments can be seen by everybody on this machine.");
  Json request = Json::object({{"email", given.email}, {"admin", given.admin}, {"password", TRY(read_password())}});
  if (!given.name.empty()) request.set("name", given.name);
  const Json added = TRY(administer(given, kAddUserPath, &Administration::add_user, request));
  fmt::print("Added {} as {}.\n", given.email, given.admin ? "an administrator" : "a member");
  return {};
}

Result<void> create_token(const Given& given) {
  Json request = Json::object({{"user", given.email}, {"name", given.name}});
  if (!given.expires.empty()) request.set("expires_seconds", std::chrono::floor<std::chrono::seconds>(TRY(parse_duration(given.expires))).count());
  if (!given.scopes.empty()) {
    Json scopes = Json::array();
    for (const std::string& scope : given.scopes) scopes.push(scope);
    request.set("scopes", std::move(scopes));
  }
  const Json made = TRY(administer(given, kCreateTokenPath, &Administration::create_token, request));
  fmt::print("{}\n", *made.find("token")->as<std::string>());
  return {};
}

Result<void> redrive_events(const Given& given) {
  const Json done = TRY(administer(given, kRedrivePath, &Administration::redrive, Json::object({{"consumer", given.consumer}})));
  fmt::print("{} dead letters of {} are tried again.\n", *done.find("redriven")->as<std::int64_t>(), given.consumer);
  return {};
}

ChosenCommand reported(const Shared& given, Result<void> (*command)(const Given&)) {
  return [given, command] {
    const auto done = command(*given);
    return done ? 0 : failed(done.error());
  };
}

void add_data(CLI::App* command, const Shared& given) {
  add_setting(command, given, settings()[0]);
  command->add_option("--config", given->file, "Configuration file; without it satchel.conf in the data folder");
}

void add_serve(CLI::App& app, ChosenCommand& chosen) {
  const auto given = std::make_shared<Given>();
  CLI::App* serve = app.add_subcommand("serve", "Run the server");
  add_settings(serve, given);
  serve->footer(
      "Examples:\n"
      "  satchel serve                                   on http://localhost:8420, with its data in ./satchel-data\n"
      "  satchel serve --data /var/lib/satchel --public-url https://files.example.org --trusted-proxies 127.0.0.1\n"
      "  satchel serve --listen 0.0.0.0:443 --public-url https://files.example.org --tls-cert chain.pem --tls-key key.pem\n"
      "Secrets (metrics_token, smtp_password) are set in the environment (SATCHEL_SMTP_PASSWORD) or in satchel.conf.");
  serve->callback([&chosen, given] { chosen = [given] { return run_server(*given); }; });
  const auto shown = std::make_shared<Given>();
  CLI::App* config = app.add_subcommand("config", "Show every setting, its value and where it comes from");
  add_settings(config, shown);
  config->footer("Example:\n  satchel config --data /var/lib/satchel");
  config->callback([&chosen, shown] { chosen = [shown] { return show_configuration(*shown); }; });
}

void add_people(CLI::App& app, ChosenCommand& chosen) {
  CLI::App* user = app.add_subcommand("user", "People, on the machine itself; also while the server runs");
  user->require_subcommand(1);
  const auto given = std::make_shared<Given>();
  CLI::App* add = user->add_subcommand("add", "Add a person with a password");
  add->add_option("EMAIL", given->email, "Their e-mail address")->required();
  add->add_option("--name", given->name, "Their name; without it what stands before the @");
  add->add_flag("--admin", given->admin, "May administer people and settings");
  add->add_flag("--password-stdin", given->password_stdin, "The password is the first line of standard input");
  add_data(add, given);
  add->footer("Example:\n  satchel user add ada@example.org --admin --password-stdin < password.txt");
  add->callback([&chosen, given] { chosen = reported(given, add_user); });
}

void add_tokens(CLI::App& app, ChosenCommand& chosen) {
  CLI::App* token = app.add_subcommand("token", "Personal API tokens, on the machine itself; also while the server runs");
  token->require_subcommand(1);
  const auto given = std::make_shared<Given>();
  CLI::App* create = token->add_subcommand("create", "Make a token for a person and print it alone");
  create->add_option("--user", given->email, "Their e-mail address")->required();
  create->add_option("--name", given->name, "What it is for")->required();
  create->add_option("--expires", given->expires, "When it ends: 30d, 12h; without it in 90 days");
  create->add_option("--scopes", given->scopes, "What it may do: files:read, files:write, links:write, account; without it all of them")->delimiter(',');
  add_data(create, given);
  create->footer("Example:\n  export SATCHEL_TOKEN=$(satchel token create --user ada@example.org --name backup --expires 30d)");
  create->callback([&chosen, given] { chosen = reported(given, create_token); });
}

void add_events(CLI::App& app, ChosenCommand& chosen) {
  CLI::App* event = app.add_subcommand("event", "Events inside the server, on the machine itself; also while the server runs");
  event->require_subcommand(1);
  const auto given = std::make_shared<Given>();
  CLI::App* redrive = event->add_subcommand("redrive", "Try again what a consumer failed to do in all its tries, once the cause is gone");
  redrive->add_option("CONSUMER", given->consumer, "Its name, from the log's line \"event.dead\"")->required();
  add_data(redrive, given);
  redrive->footer("Example:\n  satchel event redrive purge_folder");
  redrive->callback([&chosen, given] { chosen = reported(given, redrive_events); });
}

}  // namespace

void add_server_commands(CLI::App& app, ChosenCommand& chosen) {
  add_serve(app, chosen);
  add_people(app, chosen);
  add_tokens(app, chosen);
  add_events(app, chosen);
}

}  // namespace satchel
