// SPDX-License-Identifier: Apache-2.0
#include "apps/satchel/configuration.hpp"

#include <arpa/inet.h>
#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <fstream>
#include <sstream>

#include "satchel/base/encoding.hpp"
#include "satchel/gateway/client_address.hpp"

namespace satchel {
namespace {

using Values = std::map<std::string, std::string, std::less<>>;

std::string_view trimmed(std::string_view text) {
  constexpr std::string_view kBlank = " \t\r";
  const std::size_t first = text.find_first_not_of(kBlank);
  return first == std::string_view::npos ? std::string_view{} : text.substr(first, text.find_last_not_of(kBlank) - first + 1);
}

std::vector<std::string> list_of(std::string_view text) {
  std::vector<std::string> items;
  while (!text.empty()) {
    const std::size_t end = std::min(text.find(','), text.size());
    if (const auto item = trimmed(text.substr(0, end)); !item.empty()) items.emplace_back(item);
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  return items;
}

template <class Number>
std::optional<Number> number_of(std::string_view text) {
  Number number{};
  const auto [end, failed] = std::from_chars(text.data(), text.data() + text.size(), number);
  return failed == std::errc() && end == text.data() + text.size() ? std::optional(number) : std::nullopt;
}

bool is_address(const std::string& host) {
  in6_addr bytes{};
  return inet_pton(AF_INET, host.c_str(), &bytes) == 1 || inet_pton(AF_INET6, host.c_str(), &bytes) == 1;
}

Result<void> set_listen(Configuration& configuration, std::string_view value) {
  const std::size_t colon = value.rfind(':');
  std::string host(value.substr(0, colon));
  if (host.starts_with('[') && host.ends_with(']')) host = host.substr(1, host.size() - 2);
  if (host == "localhost") host = "127.0.0.1";
  const auto port = colon == std::string_view::npos ? std::nullopt : number_of<std::uint16_t>(value.substr(colon + 1));
  if (!port || !is_address(host)) return fail(ErrorCode::invalid, "Give a numeric address and a port, such as 127.0.0.1:8420 or [::]:8420.");
  configuration.address = std::move(host);
  configuration.port = *port;
  return {};
}

/// "https://host" or "http://host:port", nothing behind it.
Result<std::string> origin_of(std::string_view value) {
  while (value.ends_with('/')) value.remove_suffix(1);
  const std::size_t scheme = value.starts_with("https://") ? 8 : value.starts_with("http://") ? 7 : 0;
  const auto host = value.substr(scheme);
  const bool plain = std::ranges::all_of(host, [](char c) { return c > ' ' && c < 0x7F && !std::string_view("/?#@\"'\\;,").contains(c); });
  if (scheme == 0 || host.empty() || !plain) {
    return fail(ErrorCode::invalid, "Give the address as browsers show it, without a path, such as https://files.example.org.");
  }
  return std::string(value);
}

Result<void> set_public_url(Configuration& configuration, std::string_view value) {
  if (!value.empty()) configuration.public_url = TRY(origin_of(value));
  return {};
}

Result<void> set_content_url(Configuration& configuration, std::string_view value) {
  if (!value.empty()) configuration.content_url = TRY(origin_of(value));
  return {};
}

Result<void> set_proxies(Configuration& configuration, std::string_view value) {
  configuration.trusted_proxies = list_of(value);
  TRY(gateway::TrustedProxies::parse(configuration.trusted_proxies));
  return {};
}

/// "500GB", "1TB", "1000000": powers of 1000.
Result<void> set_quota(Configuration& configuration, std::string_view value) {
  constexpr std::pair<std::string_view, std::int64_t> kUnits[] = {{"TB", 1'000'000'000'000}, {"GB", 1'000'000'000}, {"MB", 1'000'000}};
  std::int64_t unit = 1;
  for (const auto& [name, bytes] : kUnits) {
    if (!value.ends_with(name)) continue;
    unit = bytes;
    value = trimmed(value.substr(0, value.size() - name.size()));
    break;
  }
  const auto number = number_of<std::int64_t>(value);
  if (!number || *number < 1 || *number > std::int64_t{1'000'000'000'000'000} / unit) return fail(ErrorCode::invalid, "Give a size such as 500GB, 1TB or a number of bytes, at most 1000TB.");
  configuration.quota = *number * unit;
  return {};
}

Result<void> set_log_level(Configuration& configuration, std::string_view value) {
  constexpr std::pair<std::string_view, LogLevel> kLevels[] = {{"debug", LogLevel::debug}, {"info", LogLevel::info}, {"warn", LogLevel::warn}, {"error", LogLevel::error}};
  const auto found = std::ranges::find(kLevels, value, &std::pair<std::string_view, LogLevel>::first);
  if (found == std::end(kLevels)) return fail(ErrorCode::invalid, "Take debug, info, warn or error.");
  configuration.log_level = found->second;
  return {};
}

Result<void> set_functions(Configuration& configuration, std::string_view value) {
  if (value != "inprocess" && value != "process") return fail(ErrorCode::invalid, "Take inprocess, or process for processes of their own, as AWS Lambda runs them.");
  configuration.functions_in_processes = value == "process";
  return {};
}

Result<void> set_data(Configuration& configuration, std::string_view value) {
  if (value.empty()) return fail(ErrorCode::invalid, "Name a folder.");
  configuration.data = std::string(value);
  return {};
}

template <std::string Configuration::* Member>
Result<void> set_location(Configuration& configuration, std::string_view value) {
  constexpr bool kTable = Member == &Configuration::table;
  constexpr std::string_view kScheme = kTable ? "dynamodb://" : "s3://";
  if (!value.empty() && !value.starts_with(kScheme)) {
    return fail(ErrorCode::invalid, fmt::format("Write it as {}{}?region=eu-central-1, or leave it empty: then it is kept in the data folder.", kScheme, kTable ? "TABLE" : "BUCKET"));
  }
  configuration.*Member = std::string(value);
  return {};
}

Result<void> set_master_key(Configuration& configuration, std::string_view value) {
  const auto key = from_base64(value);
  if (!value.empty() && (!key || key->size() != 32)) return fail(ErrorCode::invalid, "Give 32 random bytes in base64, such as 'openssl rand -base64 32' prints.");
  configuration.master_key = key.value_or("");
  return {};
}

/// A port of this machine that the command line listens on, and the one path that it answers.
Result<void> set_cli_callback(Configuration& configuration, std::string_view value) {
  constexpr std::string_view kPath = "/callback";
  const bool loopback = value.starts_with("http://localhost:") || value.starts_with("http://127.0.0.1:");
  const auto port = value.ends_with(kPath) ? value.substr(0, value.size() - kPath.size()).substr(std::min(value.rfind(':') + 1, value.size() - kPath.size())) : std::string_view();
  if (!value.empty() && (!loopback || number_of<std::uint16_t>(port).value_or(0) == 0)) return fail(ErrorCode::invalid, "Write it as http://localhost:PORT/callback.");
  configuration.cli_callback = std::string(value);
  return {};
}

Result<void> set_admins(Configuration& configuration, std::string_view value) {
  configuration.admins = list_of(value);
  return {};
}

Result<void> set_required_claim(Configuration& configuration, std::string_view value) {
  const std::size_t equals = value.find('=');
  if (!value.empty() && (equals == value.npos || equals == 0 || equals + 1 == value.size())) return fail(ErrorCode::invalid, "Write it as CLAIM=VALUE, such as groups=satchel.");
  configuration.required_claim = std::string(value);
  return {};
}

template <Duration Configuration::* Member, int MostMinutes>
Result<void> set_life(Configuration& configuration, std::string_view value) {
  const Duration life = TRY(parse_duration(value));
  if (life > std::chrono::minutes{MostMinutes}) return fail(ErrorCode::invalid, fmt::format("Give a span of at most {}m, such as 1m.", MostMinutes));
  configuration.*Member = life;
  return {};
}

template <std::string Configuration::* Member>
Result<void> set_text(Configuration& configuration, std::string_view value) {
  configuration.*Member = std::string(value);
  return {};
}

constexpr Setting kSettings[] = {
    {"data", "./satchel-data", "Folder of everything that is kept", false, set_data},
    {"listen", "127.0.0.1:8420", "Address and port to listen on", false, set_listen},
    {"public_url", "", "Address under which people reach Satchel; http://localhost and the port where it is not given", false, set_public_url},
    {"content_url", "", "Another host name of this server, for previews of people's files", false, set_content_url},
    {"tls_cert", "", "PEM file with the certificate chain; with --tls-key, Satchel speaks HTTPS itself", false, set_text<&Configuration::tls_certificate>},
    {"tls_key", "", "PEM file with the certificate's key", false, set_text<&Configuration::tls_key>},
    {"trusted_proxies", "", "Addresses or networks of proxies whose X-Forwarded-For is believed, separated by commas", false, set_proxies},
    {"metrics_token", "", "Bearer token for /metrics; without it, only the machine itself may read them, and only where the public URL is its own", true, set_text<&Configuration::metrics_token>},
    {"quota", "1TB", "Size of a new person's space", false, set_quota},
    {"access_token_lifetime", "5m", "How long a sign-in's access token is good before it is renewed, at most 5m", false, set_life<&Configuration::access_token_life, 5>},
    {"upload_url_lifetime", "15m", "How long a signed address for uploading is good, at most 60m; clients ask for fresh ones", false, set_life<&Configuration::upload_url_life, 60>},
    {"log_level", "info", "Least level of lines in the log: debug, info, warn, error", false, set_log_level},
    {"smtp_url", "", "Mail server, such as smtp://user@mail.example.org:587; without it, invitations are shown as links", false, set_text<&Configuration::smtp_url>},
    {"smtp_password", "", "Password for the mail server", true, set_text<&Configuration::smtp_password>},
    {"mail_from", "", "Sender of mail, such as satchel@example.org", false, set_text<&Configuration::mail_from>},
    {"table", "", "Table elsewhere, such as dynamodb://TABLE?region=eu-central-1; without it, in the data folder", false, set_location<&Configuration::table>},
    {"objects", "", "Object store elsewhere, such as s3://BUCKET?region=eu-central-1; without it, in the data folder", false, set_location<&Configuration::objects>},
    {"object_events", "", "URL of the SQS queue that S3 tells of new objects; without it, what an interrupted client left is looked for", false, set_text<&Configuration::object_events>},
    {"master_key", "", "With a table elsewhere: base64 of the 32 bytes that everything sealed hangs on, the same for all copies", true, set_master_key},
    {"issuer", "", "OpenID provider elsewhere at which people sign in, as its tokens write it; without it, Satchel's own", false, set_text<&Configuration::outside_issuer>},
    {"audience", "", "What the issuer's access tokens name as 'aud'; the client_id where it is not given", false, set_text<&Configuration::audience>},
    {"client_id", "", "The page's client at the issuer: public, code with PKCE, back to PUBLIC-URL/callback", false, set_text<&Configuration::client_id>},
    {"cli_client_id", "", "The command line's client at the issuer, back to http://127.0.0.1:PORT/callback; the page's where it is not given", false, set_text<&Configuration::cli_client_id>},
    {"cli_callback", "", "For an issuer that wants to know the command line's port, such as Cognito: http://localhost:8421/callback", false, set_cli_callback},
    {"scopes", "", "What the page asks of the issuer; without it openid, profile, email and offline_access, as far as it knows them", false, set_text<&Configuration::scopes>},
    {"admins", "", "Who of the issuer's people are administrators, separated by commas: addresses it has verified, claims such as groups=admins, or subjects", false, set_admins},
    {"required_claim", "", "What an access token of the issuer must carry to be let in, such as groups=satchel", false, set_required_claim},
    {"functions", "inprocess", "Where the functions run: inprocess, or process for processes of their own, of the program that AWS Lambda runs", false, set_functions},
    {"bootstrap", "", "That program, with functions = process; without it, the file 'bootstrap' beside this one", false, set_text<&Configuration::bootstrap>},
};

bool is_known(std::string_view key) { return std::ranges::find(kSettings, key, &Setting::key) != std::end(kSettings); }

std::string known_keys() {
  std::string list;
  for (const Setting& setting : kSettings) (list += list.empty() ? "" : ", ") += setting.key;
  return list;
}

Result<Values> read_file(const std::string& path) {
  std::ifstream file(path);
  if (!file) return fail(ErrorCode::invalid, fmt::format("The configuration file {} cannot be read. Check its name and permissions.", path));
  std::ostringstream text;
  text << file.rdbuf();
  return parse_settings(text.str(), path);
}

struct Found {
  std::string value, source;
};

/// Where a value stands, the strongest source first.
Found find_value(const Setting& setting, const Sources& sources, const Values& file, const std::string& path) {
  if (const auto flag = sources.flags.find(setting.key); flag != sources.flags.end()) return {flag->second, setting.flag()};
  if (auto variable = sources.environment(setting.environment())) return {*std::move(variable), setting.environment()};
  if (const auto line = file.find(setting.key); line != file.end()) return {line->second, path};
  return {std::string(setting.standard), "built in"};
}

/// The configuration file lies in the data folder unless it is named, so the folder must be known before.
Result<std::pair<std::string, Values>> settings_file(const Sources& sources) {
  if (!sources.file.empty()) return std::pair(sources.file, TRY(read_file(sources.file)));
  const Found data = find_value(kSettings[0], sources, {}, {});
  const std::string path = data.value + "/satchel.conf";
  if (!std::ifstream(path)) return std::pair(std::string(), Values{});
  Values values = TRY(read_file(path));
  if (values.contains("data")) return fail(ErrorCode::invalid, fmt::format("{} lies in the data folder and cannot move it. Take 'data' out of it.", path));
  return std::pair(path, std::move(values));
}

Result<void> complete_storage(const Configuration& configuration) {
  if (!configuration.table.empty() && configuration.master_key.empty()) {
    return fail(ErrorCode::invalid, "With a table elsewhere, all copies share one key. Make one by 'openssl rand -base64 32', keep it safe, and set master_key (SATCHEL_MASTER_KEY) to it.");
  }
  if (configuration.table.empty() && !configuration.master_key.empty()) {
    return fail(ErrorCode::invalid, "master_key goes with a table elsewhere; the data folder has a key of its own. Set table, too, or take master_key away.");
  }
  if (configuration.functions_in_processes && configuration.table.empty() != configuration.objects.empty()) {
    return fail(ErrorCode::invalid, "With functions = process, table and objects lie both here or both elsewhere. Set the other one, too, or take functions away.");
  }
  return {};
}

Result<void> complete_issuer(Configuration& configuration) {
  if (configuration.outside_issuer.empty()) {
    const bool more = !configuration.audience.empty() || !configuration.client_id.empty() || !configuration.cli_client_id.empty() || !configuration.cli_callback.empty() || !configuration.scopes.empty() || !configuration.admins.empty() ||
                      !configuration.required_claim.empty();
    if (more) return fail(ErrorCode::invalid, "audience, client_id, cli_client_id, cli_callback, scopes, admins and required_claim go with issuer. Set it, too, or take them away.");
    return {};
  }
  if (configuration.client_id.empty()) {
    return fail(ErrorCode::invalid, fmt::format("With issuer, the page needs a client there: a public one, code with PKCE, that comes back to {}/callback. Set client_id to its name.", configuration.public_url));
  }
  if (configuration.audience.empty()) configuration.audience = configuration.client_id;
  if (configuration.cli_client_id.empty()) configuration.cli_client_id = configuration.client_id;
  return {};
}

Result<void> complete(Configuration& configuration) {
  if (configuration.tls_certificate.empty() != configuration.tls_key.empty()) {
    return fail(ErrorCode::invalid, "tls_cert and tls_key go together: give both, or none.");
  }
  if (configuration.public_url.empty()) {
    configuration.public_url = fmt::format("{}://localhost:{}", configuration.tls_certificate.empty() ? "http" : "https", configuration.port);
  }
  if (!configuration.smtp_url.empty() && configuration.mail_from.empty()) return fail(ErrorCode::invalid, "With smtp_url, mail needs a sender. Set mail_from.");
  TRY(complete_storage(configuration));
  return complete_issuer(configuration);
}

}  // namespace

std::string Setting::flag() const {
  std::string name(key);
  std::ranges::replace(name, '_', '-');
  return "--" + name;
}

std::string Setting::environment() const {
  std::string name(key);
  for (char& c : name) c = c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c;
  return "SATCHEL_" + name;
}

std::span<const Setting> settings() { return kSettings; }

Result<Values> parse_settings(std::string_view text, std::string_view where) {
  Values values;
  for (int number = 1; !text.empty(); ++number) {
    const std::size_t end = std::min(text.find('\n'), text.size());
    const auto line = trimmed(text.substr(0, end));
    text.remove_prefix(std::min(end + 1, text.size()));
    if (line.empty() || line.starts_with('#')) continue;
    const std::size_t equals = line.find('=');
    if (equals == std::string_view::npos) return fail(ErrorCode::invalid, fmt::format("{}:{}: write 'key = value'.", where, number));
    const auto key = trimmed(line.substr(0, equals));
    if (!is_known(key)) return fail(ErrorCode::invalid, fmt::format("{}:{}: there is no setting '{}'. Known are: {}.", where, number, key, known_keys()));
    if (!values.emplace(key, trimmed(line.substr(equals + 1))).second) return fail(ErrorCode::invalid, fmt::format("{}:{}: '{}' is set twice.", where, number, key));
  }
  return values;
}

Result<Loaded> load_configuration(const Sources& sources) {
  const auto [path, file] = TRY(settings_file(sources));
  Loaded loaded;
  for (const Setting& setting : kSettings) {
    Found found = find_value(setting, sources, file, path);
    const auto applied = setting.apply(loaded.configuration, found.value);
    if (!applied) return fail(ErrorCode::invalid, fmt::format("{} in {}: {}", setting.key, found.source, applied.error().message));
    loaded.shown.push_back({std::string(setting.key), setting.secret && !found.value.empty() ? "(set)" : std::move(found.value), std::move(found.source)});
  }
  TRY(complete(loaded.configuration));
  auto& shown_url = *std::ranges::find(loaded.shown, std::string("public_url"), &Shown::key);
  if (shown_url.value.empty()) shown_url = {"public_url", loaded.configuration.public_url, "from listen"};
  return loaded;
}

}  // namespace satchel
