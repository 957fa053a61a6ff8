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
#include "apps/satchel/doctor.hpp"
#include "apps/satchel/serve.hpp"
#include "apps/satchel/usage.hpp"
#include "satchel/cli/console.hpp"

extern char** environ;

namespace satchel {
namespace {

/// What was given on the command line; lives as long as the command does.
struct Given {
  std::map<std::string, std::string, std::less<>> flags;
  std::string file;
  std::string email, name, expires, consumer;
  std::vector<std::string> scopes;
  bool admin = false, password_stdin = false, create = false;
};
using Shared = std::shared_ptr<Given>;

std::optional<std::string> environment(std::string_view name) {
  const char* value = std::getenv(std::string(name).c_str());
  return value ? std::optional<std::string>(value) : std::nullopt;
}

/// What a command gives, for scripts and for people.
struct Said {
  Json json;
  std::string text;
};

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

constexpr std::string_view kUsageError = "usage";

Result<Loaded> load(const Given& given) {
  auto loaded = load_configuration({.flags = given.flags, .environment = environment, .file = given.file.empty() ? environment("SATCHEL_CONFIG").value_or("") : given.file});
  if (!loaded) loaded.error().type = kUsageError;
  return loaded;
}

int failed(const Error& error, bool json) {
  const int status = cli::report(std::cerr, json, error);
  return error.type == kUsageError ? cli::kUsage : status;
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

Result<Said> show_configuration(const Given& given) {
  const Loaded loaded = TRY(load(given));
  Said said{Json::array(), fmt::format("{:<21} {:<34} {}", "setting", "value", "from")};
  for (const Shown& shown : loaded.shown) {
    said.json.push(Json::object({{"setting", shown.key}, {"value", shown.value}, {"from", shown.source}}));
    said.text += fmt::format("\n{:<21} {:<34} {}", shown.key, shown.value.empty() ? "-" : shown.value, shown.source);
  }
  return said;
}

int run_server(const Given& given, bool json) {
  tell_unknown_variables();
  const auto loaded = load(given);
  if (!loaded) return failed(loaded.error(), json);
  const auto served = serve(*loaded);
  return served ? cli::kDone : failed(served.error(), json);
}

enum class Folder { must_be_there, may_be_made };

/// By the running server where there is one, else in the data folder itself.
Result<Json> administer(const Given& given, Folder folder, std::string_view path, Result<Json> (Administration::*command)(const Json&) const, const Json& request) {
  const Configuration configuration = TRY(load(given)).configuration;
  const auto clock = system_clock();
  if (auto answered = TRY(ask_admin_socket(configuration.data + "/admin.sock", path, request, *clock))) return *std::move(answered);
  if (folder == Folder::must_be_there && configuration.table.empty() && !DataFolder::is_there(configuration.data)) {
    return fail(ErrorCode::not_found, fmt::format("There is no Satchel in {}. Name its data folder with --data; 'satchel serve' and 'satchel user add' make a new one.", configuration.data));
  }
  umask(0077);
  const auto random = system_random();
  const auto logger = fd_logger(STDERR_FILENO, LogLevel::warn, *clock);
  const Process process{*clock, *random, *logger};
  Ground ground = TRY(Ground::open(configuration, process));
  return (Administration(ground, process, configuration.quota).*command)(request);
}

Result<Said> see_doctor(const Given& given, bool& well) {
  const Configuration configuration = TRY(load(given)).configuration;
  const auto clock = system_clock();
  const auto random = system_random();
  const auto logger = null_logger();
  const Process process{*clock, *random, *logger};
  aws::Findings findings = given.create ? create_engines(configuration, process) : aws::Findings();
  for (aws::Finding& finding : examine(configuration, process)) findings.push_back(std::move(finding));
  well = is_well(findings);
  return Said{to_json(findings), to_text(findings)};
}

/// The first line, without what ends it.
Result<std::string> read_password() {
  if (isatty(STDIN_FILENO) == 1) fmt::print(stderr, "Password, then Enter: ");
  std::string line;
  if (!std::getline(std::cin, line)) return fail(ErrorCode::invalid, "No password came on standard input. Pipe it in: 'satchel user add EMAIL --password-stdin < FILE'.");
  if (line.ends_with('\r')) line.pop_back();
  return line;
}

Result<Said> add_user(const Given& given) {
  if (const Configuration configuration = TRY(load(given)).configuration; !configuration.outside_issuer.empty()) {
    return fail(ErrorCode::unsupported, fmt::format("People sign in at {}: give them an account there. They are here as soon as they have signed in; 'admins' names who of them is an administrator.", configuration.outside_issuer));
  }
  Json request = Json::object({{"email", given.email}, {"admin", given.admin}, {"password", TRY(read_password())}});
  if (!given.name.empty()) request.set("name", given.name);
  Json added = TRY(administer(given, Folder::may_be_made, kAddUserPath, &Administration::add_user, request));
  return Said{std::move(added), fmt::format("Added {} as {}.", given.email, given.admin ? "an administrator" : "a member")};
}

Result<Said> create_token(const Given& given) {
  Json request = Json::object({{"user", given.email}, {"name", given.name}});
  if (!given.expires.empty()) request.set("expires_seconds", std::chrono::floor<std::chrono::seconds>(TRY(parse_duration(given.expires))).count());
  if (!given.scopes.empty()) {
    Json scopes = Json::array();
    for (const std::string& scope : given.scopes) scopes.push(scope);
    request.set("scopes", std::move(scopes));
  }
  Json made = TRY(administer(given, Folder::must_be_there, kCreateTokenPath, &Administration::create_token, request));
  std::string token = *made.find("token")->as<std::string>();
  return Said{std::move(made), std::move(token)};
}

Result<Said> redrive_events(const Given& given) {
  Json done = TRY(administer(given, Folder::must_be_there, kRedrivePath, &Administration::redrive, Json::object({{"consumer", given.consumer}})));
  std::string sentence = fmt::format("{} dead letters of {} are tried again.", *done.find("redriven")->as<std::int64_t>(), given.consumer);
  return Said{std::move(done), std::move(sentence)};
}

int say(const Result<Said>& said, bool json) {
  if (!said) return failed(said.error(), json);
  fmt::print("{}\n", json ? said->json.text() : said->text);
  return cli::kDone;
}

void add_data(CLI::App* command, const Shared& given) {
  for (const Setting& setting : settings()) {
    if (setting.key == "data" || setting.key == "table") add_setting(command, given, setting);
  }
  command->add_option("--config", given->file, "Configuration file; without it satchel.conf in the data folder");
}

void add_serve(CLI::App& app, ChosenCommand& chosen, const bool* json) {
  const auto given = std::make_shared<Given>();
  CLI::App* serve = app.add_subcommand("serve", "Run the server");
  add_settings(serve, given);
  serve->footer(
      "Examples:\n"
      "  satchel serve                                   on http://localhost:8420, with its data in ./satchel-data\n"
      "  satchel serve --data /var/lib/satchel --public-url https://files.example.org --trusted-proxies 127.0.0.1\n"
      "  satchel serve --listen 0.0.0.0:443 --public-url https://files.example.org --tls-cert chain.pem --tls-key key.pem\n"
      "  satchel serve --table 'dynamodb://files?region=eu-central-1' --objects 's3://files-bytes?region=eu-central-1' --public-url https://files.example.org\n"
      "  satchel serve --issuer https://id.example.org/realms/people --client-id satchel --admins ada@example.org\n"
      "Secrets (metrics_token, smtp_password, master_key) are set in the environment (SATCHEL_SMTP_PASSWORD) or in satchel.conf. The credential of table and\n"
      "objects is found as AWS's own tools find it (AWS_ACCESS_KEY_ID, a profile, the container or the instance). 'satchel doctor' says whether all that lies elsewhere is as it should be.");
  serve->callback([&chosen, json, given] { chosen = [given, json] { return run_server(*given, *json); }; });
  const auto shown = std::make_shared<Given>();
  CLI::App* config = app.add_subcommand("config", "Show every setting, its value and where it comes from");
  add_settings(config, shown);
  config->footer("Example:\n  satchel config --data /var/lib/satchel");
  config->callback([&chosen, json, shown] { chosen = [shown, json] { return say(show_configuration(*shown), *json); }; });
}

void add_doctor(CLI::App& app, ChosenCommand& chosen, const bool* json) {
  const auto given = std::make_shared<Given>();
  CLI::App* doctor = app.add_subcommand("doctor", "Look at table, objects and issuer that lie elsewhere, and say what does not fit");
  add_settings(doctor, given);
  doctor->add_flag("--create", given->create, "First make table and bucket where they are missing, with indexes, CORS rules and the rest; what is there stays as it is");
  doctor->footer(
      "Examples:\n"
      "  satchel doctor                                  with the settings that 'satchel serve' has, of satchel.conf and the environment\n"
      "  satchel doctor --create --table 'dynamodb://files?endpoint=http://127.0.0.1:8000' --objects 's3://files?endpoint=http://127.0.0.1:7070'\n"
      "A line a finding: what it is about; good, advice or bad; a sentence. Exit status: 0 where nothing is bad, else 1.");
  doctor->callback([&chosen, json, given] {
    chosen = [given, json] {
      bool well = false;
      const int status = say(see_doctor(*given, well), *json);
      return status != cli::kDone || well ? status : cli::kFailed;
    };
  });
}

void add_people(CLI::App& app, ChosenCommand& chosen, const bool* json) {
  CLI::App* user = app.add_subcommand("user", "People, on the machine itself; also while the server runs");
  user->require_subcommand(1);
  const auto given = std::make_shared<Given>();
  CLI::App* add = user->add_subcommand("add", "Add a person with a password");
  add->add_option("EMAIL", given->email, "Their e-mail address")->required();
  add->add_option("--name", given->name, "Their name; without it what stands before the @");
  add->add_flag("--admin", given->admin, "May administer people and settings");
  add->add_flag("--password-stdin", given->password_stdin, "The password is the first line of standard input; arguments can be seen by everybody on the machine")->required();
  add_data(add, given);
  add->footer("Example:\n  satchel user add ada@example.org --admin --password-stdin < password.txt");
  add->callback([&chosen, json, given] { chosen = [given, json] { return say(add_user(*given), *json); }; });
}

void add_tokens(CLI::App& app, ChosenCommand& chosen, const bool* json) {
  CLI::App* token = app.add_subcommand("token", "Personal API tokens, on the machine itself; also while the server runs");
  token->require_subcommand(1);
  const auto given = std::make_shared<Given>();
  CLI::App* create = token->add_subcommand("create", "Make a token for a person and print it alone");
  create->add_option("--user", given->email, "Their e-mail address")->required();
  create->add_option("--name", given->name, "What it is for")->required();
  create->add_option("--expires", given->expires, "When it ends: 30d, 12h; without it in 90 days")->check(is_no_duration);
  create->add_option("--scopes", given->scopes, "What it may do: files:read, files:write, links:write, account; without it all of them")->delimiter(',');
  add_data(create, given);
  create->footer("Example:\n  export SATCHEL_TOKEN=$(satchel token create --user ada@example.org --name backup --expires 30d)");
  create->callback([&chosen, json, given] { chosen = [given, json] { return say(create_token(*given), *json); }; });
}

void add_events(CLI::App& app, ChosenCommand& chosen, const bool* json) {
  CLI::App* event = app.add_subcommand("event", "Events inside the server, on the machine itself; also while the server runs");
  event->require_subcommand(1);
  const auto given = std::make_shared<Given>();
  CLI::App* redrive = event->add_subcommand("redrive", "Try again what a consumer failed to do in all its tries, once the cause is gone");
  redrive->add_option("CONSUMER", given->consumer, "Its name, from the log's line \"event.dead\"")->required();
  add_data(redrive, given);
  redrive->footer("Example:\n  satchel event redrive purge_folder");
  redrive->callback([&chosen, json, given] { chosen = [given, json] { return say(redrive_events(*given), *json); }; });
}

}  // namespace

void add_server_commands(CLI::App& app, ChosenCommand& chosen, const bool& json) {
  add_serve(app, chosen, &json);
  add_doctor(app, chosen, &json);
  add_people(app, chosen, &json);
  add_tokens(app, chosen, &json);
  add_events(app, chosen, &json);
}

}  // namespace satchel
