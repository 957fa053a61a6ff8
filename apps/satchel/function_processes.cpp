// SPDX-License-Identifier: Apache-2.0
#include "apps/satchel/function_processes.hpp"

#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <filesystem>
#include <utility>

#include "satchel/base/crypto.hpp"
#include "satchel/base/encoding.hpp"
#include "satchel/lambda_host/remote_function.hpp"
#include "satchel/net/client.hpp"

namespace satchel {
namespace {

constexpr std::string_view kTable = "satchel", kBucket = "satchel", kRegion = "us-east-1";
constexpr std::string_view kKeyPrefix = "satchel-functions-";

std::string access_key_of(std::string_view group) { return fmt::format("{}{}", kKeyPrefix, group); }

bool has(const Row& row, Port port) { return std::ranges::find(row.ports, port) != row.ports.end(); }

std::string_view name_of(LogLevel level) {
  switch (level) {
    case LogLevel::debug: return "debug";
    case LogLevel::info: return "info";
    case LogLevel::warn: return "warn";
    case LogLevel::error: return "error";
  }
  std::unreachable();
}

/// The file of that name beside this program, where none is named.
std::string bootstrap_of(const Configuration& configuration) {
  if (!configuration.bootstrap.empty()) return std::filesystem::absolute(configuration.bootstrap).string();
  std::error_code none;
  return (std::filesystem::read_symlink("/proc/self/exe", none).parent_path() / "bootstrap").string();
}

std::string domain_of(const std::string& url) {
  const auto parsed = net::Url::parse(url);
  return parsed ? parsed->host : std::string();
}

/// As this process reaches them: their credential is this process's own.
std::vector<std::string> engines_elsewhere(const Configuration& configuration) {
  std::vector<std::string> variables{fmt::format("SATCHEL_TABLE={}", configuration.table), fmt::format("SATCHEL_OBJECTS={}", configuration.objects)};
  for (char** variable = environ; *variable; ++variable) {
    const std::string_view text = *variable;
    if (text.starts_with("AWS_") || text.starts_with("HOME=")) variables.emplace_back(text);
  }
  return variables;
}

}  // namespace

std::optional<std::string> group_secret(std::string_view functions_key, std::string_view access_key) {
  if (functions_key.empty() || !access_key.starts_with(kKeyPrefix)) return std::nullopt;
  return to_hex(derive_key(functions_key, fmt::format("functions/credential/{}", access_key)));
}

dynamodb::Rights rights_of(const std::vector<Row>& rows, std::string_view group) {
  using enum Family;
  dynamodb::Rights rights;
  for (const Row& row : rows) {
    if (row.group != group) continue;
    // Who asks is looked up again behind the gate.
    rights.reads = rights.reads || row.access != Access::open || has(row, Port::table_reader) || has(row, Port::directory);
    rights.writes.insert(row.writes.begin(), row.writes.end());
    // The people are in the table here.
    if (has(row, Port::directory)) rights.writes.insert({user, email, space, node, invitation, key});
  }
  return rights;
}

FunctionProcesses::FunctionProcesses(const Means& means, std::vector<Row> rows) : means_(means), rows_(std::move(rows)) {}

FunctionProcesses::~FunctionProcesses() {
  const Time now = means_.process.clock.now();
  if (host_) host_->stop(now);
  for (const auto& server : {table_server_.get(), objects_server_.get()}) {
    if (server) server->stop(now);
  }
}

Result<std::unique_ptr<FunctionProcesses>> FunctionProcesses::start(const Means& means, std::vector<Row> rows) {
  std::unique_ptr<FunctionProcesses> made(new FunctionProcesses(means, std::move(rows)));
  TRY(made->listen());
  const std::string bootstrap = bootstrap_of(means.configuration);
  made->host_ = TRY(lambda_host::Host::start({.bootstrap = bootstrap,
                                              .folder = std::filesystem::path(bootstrap).parent_path().string(),
                                              .environment = [raw = made.get()](const std::string& group) { return raw->environment(group); },
                                              .fleet = {}},
                                             means.process.clock, means.process.random, means.process.logger));
  return made;
}

Result<void> FunctionProcesses::listen() {
  if (!means_.objects) return {};
  const auto holder = [this](std::string_view access_key) -> std::optional<dynamodb::Holder> {
    auto secret = group_secret(means_.ground.functions_key, access_key);
    if (!secret) return std::nullopt;
    return dynamodb::Holder{*std::move(secret), rights_of(rows_, access_key.substr(kKeyPrefix.size()))};
  };
  const Process& process = means_.process;
  table_endpoint_ = dynamodb::Endpoint::create({.table = std::string(kTable), .region = std::string(kRegion), .holders = holder}, means_.table, process.clock, process.random, process.logger);
  table_server_ = TRY(net::Server::start({.loops = 1}, *table_endpoint_, process.logger));
  objects_server_ = TRY(net::Server::start({.loops = 1}, *means_.objects, process.logger));
  return {};
}

/// The server's own endpoints, under the credential of the group.
std::vector<std::string> FunctionProcesses::engines_here(const std::string& group) const {
  const std::string key = access_key_of(group);
  return {fmt::format("SATCHEL_TABLE=dynamodb://{}?region={}&endpoint=http://127.0.0.1:{}", kTable, kRegion, table_server_->port()),
          fmt::format("SATCHEL_OBJECTS=s3://{}?region={}&endpoint=http://127.0.0.1:{}/objects&public={}/objects&tickets=satchel", kBucket, kRegion, objects_server_->port(), means_.configuration.public_url),
          fmt::format("AWS_ACCESS_KEY_ID={}", key),
          fmt::format("AWS_SECRET_ACCESS_KEY={}", *group_secret(means_.ground.functions_key, key))};
}

std::vector<std::string> FunctionProcesses::environment(const std::string& group) const {
  const Configuration& configuration = means_.configuration;
  // A line a request is the server's to write.
  const LogLevel level = configuration.log_level == LogLevel::info ? LogLevel::warn : configuration.log_level;
  std::vector<std::string> variables = means_.objects ? engines_here(group) : engines_elsewhere(configuration);
  variables.insert(variables.end(),
                   {fmt::format("SATCHEL_PUBLIC_URL={}", configuration.public_url),
                    fmt::format("SATCHEL_ISSUER={}", configuration.issuer()),
                    fmt::format("SATCHEL_QUOTA={}", configuration.quota),
                    fmt::format("SATCHEL_ACCESS_TOKEN_LIFETIME={}s", std::chrono::duration_cast<std::chrono::seconds>(configuration.access_token_life).count()),
                    fmt::format("SATCHEL_UPLOAD_URL_LIFETIME={}s", std::chrono::duration_cast<std::chrono::seconds>(configuration.upload_url_life).count()),
                    fmt::format("SATCHEL_OBJECT_EVENTS={}", means_.object_events ? "yes" : "no"),
                    fmt::format("SATCHEL_LOG_LEVEL={}", name_of(level))});
  // Who holds it can make itself anybody: the others do without.
  const bool seals = std::ranges::any_of(rows_, [&](const Row& row) { return row.group == group && (has(row, Port::vault) || has(row, Port::directory)); });
  if (seals) variables.push_back(fmt::format("SATCHEL_MASTER_KEY={}", to_base64(means_.ground.master_key)));
  return variables;
}

std::vector<Bound> FunctionProcesses::bind(const Ports& ports) {
  const bool mails = !means_.configuration.smtp_url.empty();
  const std::string domain = domain_of(means_.configuration.public_url);
  std::vector<Bound> bound;
  for (const Row& row : rows_) {
    const bool here = mails && has(row, Port::mailer);
    bound.push_back({row, here ? row.make(Wiring(ports, row)) : lambda_host::remote_function(row, host_->fleet(), domain)});
  }
  return bound;
}

}  // namespace satchel
