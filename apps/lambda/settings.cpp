// SPDX-License-Identifier: Apache-2.0
#include "apps/lambda/settings.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <optional>
#include <utility>

#include "satchel/base/encoding.hpp"
#include "satchel/net/client.hpp"

namespace satchel {
namespace {

constexpr std::size_t kMasterKeyBytes = 32;

std::unexpected<Error> wrong(std::string_view variable, std::string_view what) { return fail(ErrorCode::invalid, fmt::format("{}: {}", variable, what), {}, "configuration"); }

class Reader {
 public:
  explicit Reader(const aws::Environment& environment) : environment_(&environment) {}

  std::string text(std::string_view name, std::string_view standard = {}) const {
    auto value = (*environment_)(name);
    return value && !value->empty() ? *std::move(value) : std::string(standard);
  }

  Result<std::string> wanted(std::string_view name, std::string_view what) const {
    std::string value = text(name);
    if (value.empty()) return wrong(name, fmt::format("it is not set. {}", what));
    return value;
  }

  Result<std::int64_t> number(std::string_view name, std::int64_t standard, std::int64_t least, std::int64_t most) const {
    const std::string value = text(name);
    if (value.empty()) return standard;
    std::int64_t number = 0;
    const auto [end, error] = std::from_chars(value.data(), value.data() + value.size(), number);
    if (error == std::errc{} && end == value.data() + value.size() && number >= least && number <= most) return number;
    return wrong(name, fmt::format("'{}' is no number from {} to {}.", value, least, most));
  }

 private:
  const aws::Environment* environment_;
};

/// Empty where it is not set.
Result<std::string> address(const Reader& reader, std::string_view name) {
  std::string value = reader.text(name);
  while (value.ends_with('/')) value.pop_back();
  const auto parsed = net::Url::parse(value);
  if (!value.empty() && (!parsed || parsed->target != "/")) return wrong(name, fmt::format("'{}' is no address as browsers show it, such as https://files.example.org.", value));
  return value;
}

std::vector<std::string> words(std::string_view text, char between) {
  std::vector<std::string> words;
  while (!text.empty()) {
    const std::string_view word = text.substr(0, text.find(between));
    text.remove_prefix(std::min(word.size() + 1, text.size()));
    if (!word.empty()) words.emplace_back(word);
  }
  return words;
}

Result<Duration> lifetime(const Reader& reader, std::string_view name, std::string_view standard) {
  const auto life = parse_duration(reader.text(name, standard));
  if (!life || *life > std::chrono::minutes{60}) return wrong(name, "give a span of at most 60m, such as 5m.");
  return *life;
}

Result<bool> yes_or_no(const Reader& reader, std::string_view name, std::string_view otherwise) {
  const std::string text = reader.text(name, otherwise);
  if (text != "yes" && text != "no") return wrong(name, "take yes or no.");
  return text == "yes";
}

Result<std::string> master_key(const Reader& reader) {
  const std::string text = reader.text("SATCHEL_MASTER_KEY");
  if (text.empty()) return std::string();
  auto key = from_base64(text);
  if (!key || key->size() != kMasterKeyBytes) return wrong("SATCHEL_MASTER_KEY", "it is not 32 bytes in base64. Make one by 'openssl rand -base64 32', and give the same to all.");
  return *std::move(key);
}

Result<aws::GroupQueues> queues(const Reader& reader) {
  auto queues = aws::parse_group_queues(reader.text("SATCHEL_QUEUES"));
  if (!queues) return wrong("SATCHEL_QUEUES", queues.error().message);
  return queues;
}

Result<LogLevel> log_level(const Reader& reader) {
  constexpr std::pair<std::string_view, LogLevel> kLevels[] = {{"debug", LogLevel::debug}, {"info", LogLevel::info}, {"warn", LogLevel::warn}, {"error", LogLevel::error}};
  const std::string text = reader.text("SATCHEL_LOG_LEVEL", "info");
  const auto found = std::ranges::find(kLevels, text, &std::pair<std::string_view, LogLevel>::first);
  if (found == std::end(kLevels)) return wrong("SATCHEL_LOG_LEVEL", "take debug, info, warn or error.");
  return found->second;
}

}  // namespace

bool open_at_first(const LambdaSettings& settings, IssuerKind issuer) {
  switch (issuer) {
    case IssuerKind::own: return false;  // its pages ask the table alone
    case IssuerKind::pool: return settings.self_signup.value_or(false);
    case IssuerKind::other: return settings.self_signup.value_or(true);
  }
  std::unreachable();
}

Result<LambdaSettings> lambda_settings(const aws::Environment& environment) {
  const Reader reader(environment);
  LambdaSettings settings;
  settings.handler = TRY(reader.wanted("_HANDLER", "Give the function's handler the name of a deployment group."));
  settings.concurrency = static_cast<int>(TRY(reader.number("AWS_LAMBDA_MAX_CONCURRENCY", 1, 1, 1'000)));
  settings.table = TRY(reader.wanted("SATCHEL_TABLE", "Say where the table lies, such as dynamodb://satchel?region=eu-central-1."));
  settings.objects = reader.text("SATCHEL_OBJECTS");
  TRY(reader.wanted("SATCHEL_PUBLIC_URL", "Give the address under which people reach Satchel, such as https://files.example.org."));
  settings.public_url = TRY(address(reader, "SATCHEL_PUBLIC_URL"));
  settings.issuer = reader.text("SATCHEL_ISSUER", settings.public_url + "/auth");
  settings.audience = words(reader.text("SATCHEL_AUDIENCE", "satchel"), ' ');
  if (settings.audience.empty()) return wrong("SATCHEL_AUDIENCE", "it is blank. Name what the issuer's access tokens are for, or the ids of its clients, separated by spaces.");
  settings.admins = words(reader.text("SATCHEL_ADMINS"), ',');
  settings.master_key = TRY(master_key(reader));
  settings.master_key_secret = reader.text("SATCHEL_MASTER_KEY_SECRET");
  settings.queues = TRY(queues(reader));
  settings.mail_from = reader.text("SATCHEL_MAIL_FROM");
  settings.content_url = TRY(address(reader, "SATCHEL_CONTENT_URL"));
  settings.download_key_id = reader.text("SATCHEL_DOWNLOAD_KEY_ID");
  settings.download_key_secret = reader.text("SATCHEL_DOWNLOAD_KEY_SECRET");
  if (!settings.content_url.empty() && (settings.download_key_id.empty() || settings.download_key_secret.empty())) {
    return wrong("SATCHEL_CONTENT_URL", "its addresses want a key. Set SATCHEL_DOWNLOAD_KEY_ID and SATCHEL_DOWNLOAD_KEY_SECRET, too.");
  }
  settings.shared_cache = std::chrono::seconds{TRY(reader.number("SATCHEL_SHARED_CACHE", 0, 0, 60))};
  settings.quota = TRY(reader.number("SATCHEL_QUOTA", 1'000'000'000'000, 1, 1'000'000'000'000'000));
  if (!reader.text("SATCHEL_SELF_SIGNUP").empty()) settings.self_signup = TRY(yes_or_no(reader, "SATCHEL_SELF_SIGNUP", "no"));
  settings.object_events = TRY(yes_or_no(reader, "SATCHEL_OBJECT_EVENTS", "yes"));
  settings.access_token_life = TRY(lifetime(reader, "SATCHEL_ACCESS_TOKEN_LIFETIME", "5m"));
  settings.upload_url_life = TRY(lifetime(reader, "SATCHEL_UPLOAD_URL_LIFETIME", "15m"));
  settings.proxies = static_cast<int>(TRY(reader.number("SATCHEL_PROXIES", 0, 0, 8)));
  settings.log_level = TRY(log_level(reader));
  return settings;
}

}  // namespace satchel
