// SPDX-License-Identifier: Apache-2.0
#include "satchel/aws/cognito_client.hpp"

#include <fmt/format.h>

#include <array>
#include <utility>

#include "satchel/aws/location.hpp"
#include "satchel/net/client.hpp"

namespace satchel::aws {
namespace {

constexpr std::array<std::pair<std::string_view, ErrorCode>, 10> kCodes{{
    {"UserNotFoundException", ErrorCode::not_found},
    {"UsernameExistsException", ErrorCode::conflict},
    {"AliasExistsException", ErrorCode::conflict},
    {"UnsupportedUserStateException", ErrorCode::conflict},
    {"NotAuthorizedException", ErrorCode::conflict},  // "User password cannot be reset in the current state."
    {"InvalidParameterException", ErrorCode::invalid},
    {"LimitExceededException", ErrorCode::too_many},
    {"CodeDeliveryFailureException", ErrorCode::unavailable},
    {"InternalErrorException", ErrorCode::unavailable},
    {"UserLambdaValidationException", ErrorCode::invalid},
}};

Json attribute(std::string_view name, std::string_view value) { return Json::object({{"Name", name}, {"Value", value}}); }

PoolUser::State state_in(std::string_view status) {
  if (status == "FORCE_CHANGE_PASSWORD") return PoolUser::State::invited;
  return status == "EXTERNAL_PROVIDER" ? PoolUser::State::external : PoolUser::State::known;
}

Result<PoolUser> user_in(const Json& json) {
  PoolUser user{.username = text_in(json, "Username"), .state = state_in(text_in(json, "UserStatus"))};
  const Json* enabled = json.find("Enabled");
  if (const auto* flag = enabled ? enabled->as<bool>() : nullptr) user.enabled = *flag;
  for (const Json& member : list_in(json, "Attributes")) {
    if (text_in(member, "Name") == "sub") user.subject = text_in(member, "Value");
    if (text_in(member, "Name") == "email") user.email = text_in(member, "Value");
  }
  if (user.username.empty() || user.subject.empty()) return fail(ErrorCode::unavailable, "The user pool gave a user that is none.");
  return user;
}

}  // namespace

Result<std::optional<CognitoOptions>> user_pool_of(std::string_view issuer, const Environment& environment) {
  const auto url = net::Url::parse(issuer);
  const std::string pool = url ? url->target.substr(std::min<std::size_t>(1, url->target.size())) : std::string();
  const std::size_t mark = pool.find('_');
  // An engine of one's own has another host, and a pool's name all the same.
  const bool named = mark != std::string::npos && mark > 0 && pool.find_first_of("/?") == std::string::npos;
  const bool aws = url && url->host.starts_with("cognito-idp.");
  const bool own = !first_set(environment, {"AWS_ENDPOINT_URL_COGNITO_IDENTITY_PROVIDER"}).empty();
  if (!named || (!aws && !own)) return std::optional<CognitoOptions>();
  CognitoOptions options{.region = pool.substr(0, mark), .pool = pool};
  options.endpoint = TRY(service_endpoint(environment, "AWS_ENDPOINT_URL_COGNITO_IDENTITY_PROVIDER", "cognito-idp", options.region));
  return std::optional(std::move(options));
}

CognitoClient::CognitoClient(CognitoOptions options, Clock& clock, Random& random)
    : pool_(std::move(options.pool)),
      client_({.service = {"cognito-idp", std::move(options.endpoint), std::move(options.region), std::move(options.credentials)},
               .target = "AWSCognitoIdentityProviderService",
               .version = "1.1",
               .subject = fmt::format("the user pool '{}'", pool_),
               .setting = "SATCHEL_ISSUER",
               .codes = kCodes},
              clock, random) {}

Result<std::optional<PoolUser>> CognitoClient::find(std::string_view attribute, std::string_view value, Time deadline) const {
  if (value.find_first_of("\"\\") != std::string_view::npos) return std::optional<PoolUser>();
  const Json body = Json::object({{"UserPoolId", pool_}, {"Filter", fmt::format("{} = \"{}\"", attribute, value)}, {"Limit", 1}});
  const Json answer = TRY(client_.call({.operation = "ListUsers", .body = body}, deadline));
  const Json::Array& users = list_in(answer, "Users");
  if (users.empty()) return std::optional<PoolUser>();
  return std::optional<PoolUser>(TRY(user_in(users.front())));
}

Result<PoolUser> CognitoClient::create(std::string_view email, std::string_view name, Time deadline) const {
  Json attributes = Json::array();
  attributes.push(attribute("email", email)).push(attribute("email_verified", "true"));
  if (!name.empty()) attributes.push(attribute("name", name));
  const Json answer = TRY(on("AdminCreateUser", std::string(email), Json::object({{"UserAttributes", attributes}, {"MessageAction", "SUPPRESS"}}), deadline));
  const Json* user = answer.find("User");
  return user_in(user ? *user : Json());
}

Result<void> CognitoClient::resend(const std::string& email, Time deadline) const {
  const Json medium(Json::Array{"EMAIL"});
  TRY(on("AdminCreateUser", email, Json::object({{"MessageAction", "RESEND"}, {"DesiredDeliveryMediums", medium}}), deadline));
  return {};
}

Result<void> CognitoClient::reset_password(const std::string& username, Time deadline) const {
  TRY(on("AdminResetUserPassword", username, Json::object(), deadline));
  return {};
}

Result<void> CognitoClient::set_enabled(const std::string& username, bool enabled, Time deadline) const {
  TRY(on(enabled ? "AdminEnableUser" : "AdminDisableUser", username, Json::object(), deadline));
  return {};
}

Result<void> CognitoClient::sign_out(const std::string& username, Time deadline) const {
  TRY(on("AdminUserGlobalSignOut", username, Json::object(), deadline));
  return {};
}

Result<Json> CognitoClient::on(std::string operation, const std::string& username, Json more, Time deadline) const {
  more.set("UserPoolId", pool_).set("Username", username);
  return client_.call({.operation = std::move(operation), .body = std::move(more)}, deadline);
}

}  // namespace satchel::aws
