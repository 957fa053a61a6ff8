// SPDX-License-Identifier: Apache-2.0
#include "satchel/aws/secrets.hpp"

#include <fmt/format.h>

#include <array>
#include <utility>

#include "satchel/aws/location.hpp"
#include "satchel/base/encoding.hpp"

namespace satchel::aws {
namespace {

constexpr std::size_t kKeyBytes = 32;
constexpr std::string_view kSetting = "SATCHEL_MASTER_KEY_SECRET", kUsualMember = "master_key";

constexpr std::array<std::pair<std::string_view, ErrorCode>, 3> kCodes{{
    {"InternalServiceError", ErrorCode::unavailable},
    {"InvalidRequestException", ErrorCode::internal},   // it is being deleted
    {"DecryptionFailure", ErrorCode::internal},
}};

/// The fourth field of "arn:aws:secretsmanager:REGION:ACCOUNT:secret:NAME"; empty where it is no ARN.
std::string region_in(std::string_view arn) {
  if (!arn.starts_with("arn:")) return {};
  for (int field = 0; field < 3; ++field) arn.remove_prefix(std::min(arn.find(':') + 1, arn.size()));
  return std::string(arn.substr(0, arn.find(':')));
}

JsonService service_of(SecretOptions options) {
  return {.service = {"secretsmanager", std::move(options.endpoint), std::move(options.region), std::move(options.credentials)},
          .target = "secretsmanager",
          .version = "1.1",
          .subject = fmt::format("the secret '{}'", options.secret),
          .setting = std::move(options.setting),
          .codes = kCodes};
}

}  // namespace

Result<SecretOptions> secret_at(std::string_view text, const Environment& environment) {
  const std::size_t mark = std::min(text.find('#'), text.size());
  SecretOptions options{.secret = std::string(text.substr(0, mark)), .member = std::string(text.substr(std::min(mark + 1, text.size())))};
  if (options.secret.empty() || options.secret.find_first_of(" \t\r\n") != std::string::npos) {
    return fail(ErrorCode::invalid, fmt::format("'{}' is no name of a secret. Write {} as satchel/master-key, as an ARN, or with the member of a JSON secret behind a #.", text, kSetting));
  }
  options.region = region_in(options.secret);
  if (options.region.empty()) options.region = first_set(environment, {"AWS_REGION", "AWS_DEFAULT_REGION"});
  if (options.region.empty()) return fail(ErrorCode::invalid, fmt::format("The secret '{}' lies in no region. Give its ARN, or set AWS_REGION.", options.secret));
  options.endpoint = TRY(service_endpoint(environment, "AWS_ENDPOINT_URL_SECRETS_MANAGER", "secretsmanager", options.region));
  return options;
}

Result<std::string> secret_text(SecretOptions options, Clock& clock, Random& random, Time deadline) {
  const std::string secret = options.secret, setting = options.setting;
  const Json answer = TRY(JsonClient(service_of(std::move(options)), clock, random).call({.operation = "GetSecretValue", .body = Json::object({{"SecretId", secret}})}, deadline));
  std::string text = text_in(answer, "SecretString");
  if (text.empty()) return fail(ErrorCode::internal, fmt::format("The secret '{}' is no text. Check {}.", secret, setting));
  return text;
}

MasterKeySecret::MasterKeySecret(SecretOptions options, Clock& clock, Random& random)
    : secret_(options.secret), member_(options.member), client_(service_of(std::move(options)), clock, random) {}

Result<std::string> MasterKeySecret::get(Time deadline) {
  const std::scoped_lock lock(mutex_);
  if (!key_) {
    const Json answer = TRY(client_.call({.operation = "GetSecretValue", .body = Json::object({{"SecretId", secret_}})}, deadline));
    key_ = TRY(key_in(answer));
  }
  return *key_;
}

/// No part of the answer goes into an error: what is no key may be a secret all the same.
Result<std::string> MasterKeySecret::key_in(const Json& answer) const {
  const auto wrong = [&](std::string_view what) {
    return fail(ErrorCode::internal, fmt::format("The secret '{}' {}. Put the base64 of 32 random bytes there (`openssl rand -base64 32`), or check {}.", secret_, what, kSetting));
  };
  std::optional<std::string> key;
  std::string text = text_in(answer, "SecretString");
  if (text.empty()) {
    key = from_base64(text_in(answer, "SecretBinary"));
  } else {
    if (text.front() == '{' || !member_.empty()) {
      const auto document = Json::parse(text, OddNumbers::read_as_null);
      const std::string_view member = member_.empty() ? kUsualMember : std::string_view(member_);
      text = document ? text_in(*document, member) : std::string();
      if (text.empty()) return wrong(fmt::format("has no member '{}'", member));
    }
    while (text.ends_with('\n')) text.pop_back();
    key = from_base64(text);
  }
  if (!key || key->size() != kKeyBytes) return wrong("is not the base64 of 32 bytes");
  return *std::move(key);
}

}  // namespace satchel::aws
