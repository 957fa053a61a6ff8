// SPDX-License-Identifier: Apache-2.0
#include "satchel/aws/credential_providers.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <fstream>
#include <iterator>
#include <map>
#include <string>
#include <utility>

#include "satchel/aws/json_client.hpp"
#include "satchel/aws/location.hpp"
#include "satchel/net/client.hpp"

namespace satchel::aws {
namespace {

// Nobody is there off EC2, and whoever waits for that should not wait long; the agents of ECS and EKS are there, and at times slow.
constexpr Duration kInstancePatience{1'000}, kContainerPatience{2'000};
constexpr std::size_t kLongestFile = 1024 * 1024;

// ---- profile files

using Section = std::map<std::string, std::string, std::less<>>;
using Sections = std::map<std::string, Section, std::less<>>;

std::string_view trimmed(std::string_view text) {
  constexpr std::string_view kBlank = " \t\r";
  text.remove_prefix(std::min(text.find_first_not_of(kBlank), text.size()));
  return text.substr(0, text.find_last_not_of(kBlank) + 1);
}

/// The sections of a file by name; none where it cannot be read, as AWS's tools have it.
Sections sections_in(const std::string& path) {
  Sections sections;
  std::ifstream file(path);
  Section* section = nullptr;
  std::size_t size = 0;
  for (std::string line; size < kLongestFile && std::getline(file, line); size += line.size() + 1) {
    const std::string_view text = trimmed(line);
    if (text.empty() || text.front() == '#' || text.front() == ';') continue;
    if (text.front() == '[') {
      std::string_view name = trimmed(text.substr(1, std::min(text.find(']'), text.size()) - 1));
      if (name.starts_with("profile ")) name = trimmed(name.substr(8));
      section = &sections[std::string(name)];
      continue;
    }
    const bool nested = line.front() == ' ' || line.front() == '\t';
    const std::size_t equals = text.find('=');
    if (!section || nested || equals == std::string_view::npos) continue;
    std::string name(trimmed(text.substr(0, equals)));
    std::ranges::transform(name, name.begin(), [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; });
    section->insert_or_assign(std::move(name), trimmed(text.substr(equals + 1)));
  }
  return sections;
}

std::string path_of(const Environment& environment, std::string_view variable, std::string_view name) {
  std::string path = first_set(environment, {variable});
  if (!path.empty()) return path;
  const std::string home = first_set(environment, {"HOME"});
  return home.empty() ? std::string() : fmt::format("{}/.aws/{}", home, name);
}

std::string value_in(const Section& section, std::string_view name) {
  const auto found = section.find(name);
  return found == section.end() ? std::string() : found->second;
}

// ---- over HTTP

std::unexpected<Error> not_granted(std::string_view place, std::string detail) {
  return fail(ErrorCode::internal, fmt::format("{} gave no credential. Check that this {} has a role.", place, place.starts_with("The container") ? "task or pod" : "instance"), std::move(detail));
}

/// {"AccessKeyId", "SecretAccessKey", "Token", "Expiration"}
Result<net::Credential> credential_in(std::string_view place, const net::ClientResponse& response) {
  // Never into a detail: it may hold a secret.
  const auto document = Json::parse(response.body, OddNumbers::read_as_null);
  if (response.status >= 500 || response.status == 429) return fail(ErrorCode::unavailable, fmt::format("{} gives no credential now.", place), fmt::format("status {}", response.status));
  if (response.status != 200 || !document) return not_granted(place, fmt::format("status {}", response.status));
  net::Credential credential{.access_key = text_in(*document, "AccessKeyId"), .secret = text_in(*document, "SecretAccessKey"), .session_token = text_in(*document, "Token")};
  if (credential.access_key.empty() || credential.secret.empty()) return not_granted(place, fmt::format("code {}", text_in(*document, "Code")));
  if (const std::string expiration = text_in(*document, "Expiration"); !expiration.empty()) credential.expires = TRY(parse_rfc3339(expiration));
  return credential;
}

class HttpSource {
 public:
  HttpSource(std::string origin, Duration patience, Clock& clock) : origin_(std::move(origin)), patience_(patience), clock_(&clock), http_(net::Client::create({.user_agent = "satchel"}, clock)) {}

  Result<net::ClientResponse> ask(std::string method, const std::string& target, net::Fields fields, Time deadline) const {
    net::ClientRequest request{.method = std::move(method), .fields = std::move(fields)};
    request.url = TRY(net::Url::parse(origin_ + target));
    return http_->send(request, std::min(deadline, clock_->now() + patience_));
  }

 private:
  std::string origin_;
  Duration patience_;
  Clock* clock_;
  std::shared_ptr<net::Client> http_;  // shared by the copies of a FetchCredential
};

/// A token goes over plain HTTP to these alone: this machine, and the addresses at which ECS and EKS give credentials.
bool may_have_token(const net::Url& url) {
  const bool loopback = url.host.starts_with("127.") && url.host.find_first_not_of("0123456789.") == std::string::npos;
  if (url.secure || loopback || url.host == "localhost" || url.host == "::1") return true;
  return url.host == "169.254.170.2" || url.host == "169.254.170.23" || url.host == "fd00:ec2::23";
}

/// Read at each call, since a token in a file is replaced while we run.
Result<std::string> container_token(const Environment& environment) {
  const std::string path = first_set(environment, {"AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE"});
  std::string token = first_set(environment, {"AWS_CONTAINER_AUTHORIZATION_TOKEN"});
  if (!path.empty()) {
    std::ifstream file(path);
    if (!std::getline(file, token) || token.empty()) {
      return fail(ErrorCode::internal, fmt::format("The file '{}' holds no token. Check AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE.", path));
    }
  }
  if (!net::is_field_value(token)) return fail(ErrorCode::internal, "The token of AWS_CONTAINER_AUTHORIZATION_TOKEN has characters that cannot be sent.");
  return token;
}

constexpr std::string_view kInstance = "The instance metadata service";
constexpr std::string_view kRoles = "/latest/meta-data/iam/security-credentials/";

Result<net::Credential> ask_instance(const HttpSource& source, Time deadline) {
  const auto token = source.ask("PUT", "/latest/api/token", {{"x-aws-ec2-metadata-token-ttl-seconds", "300"}}, deadline);
  // A token answer does not cross a container's network where the hop limit is 1, and off EC2 there is nobody: both look alike from here.
  if (!token || token->status != 200) return no_credential();
  const net::Fields fields{{"x-aws-ec2-metadata-token", token->body}};
  const auto roles = TRY(source.ask("GET", std::string(kRoles), fields, deadline));
  const std::string role = roles.body.substr(0, roles.body.find('\n'));
  if (roles.status != 200 || role.empty()) return not_granted(kInstance, fmt::format("roles: status {}", roles.status));
  return credential_in(kInstance, TRY(source.ask("GET", std::string(kRoles) + role, fields, deadline)));
}

}  // namespace

std::unexpected<Error> no_credential() {
  return fail(ErrorCode::internal,
              "There is no credential for AWS. Set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, or a profile by AWS_PROFILE, or give this instance, task or function a role.");
}

Result<std::optional<net::Credential>> environment_credential(const Environment& environment) {
  net::Credential credential{.access_key = first_set(environment, {"AWS_ACCESS_KEY_ID"}),
                             .secret = first_set(environment, {"AWS_SECRET_ACCESS_KEY"}),
                             .session_token = first_set(environment, {"AWS_SESSION_TOKEN"})};
  if (credential.access_key.empty() && credential.secret.empty()) return std::optional<net::Credential>();
  if (credential.access_key.empty() || credential.secret.empty()) {
    return fail(ErrorCode::internal, fmt::format("{} is not set, but the other half of the credential is.", credential.secret.empty() ? "AWS_SECRET_ACCESS_KEY" : "AWS_ACCESS_KEY_ID"));
  }
  return std::optional(std::move(credential));
}

Result<void> refuse_web_identity(const Environment& environment) {
  if (first_set(environment, {"AWS_WEB_IDENTITY_TOKEN_FILE"}).empty()) return {};
  return fail(ErrorCode::internal, "A web identity (AWS_WEB_IDENTITY_TOKEN_FILE) is not supported. Use EKS Pod Identity, or set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY.");
}

Result<std::optional<net::Credential>> profile_credential(const Environment& environment) {
  const std::string named = first_set(environment, {"AWS_PROFILE", "AWS_DEFAULT_PROFILE"});
  const std::string name = named.empty() ? "default" : named;
  const std::string credentials = path_of(environment, "AWS_SHARED_CREDENTIALS_FILE", "credentials"), config = path_of(environment, "AWS_CONFIG_FILE", "config");
  Section profile;
  bool found = false;
  // The first to say something is heard.
  for (const std::string& path : {credentials, config}) {
    const Sections sections = path.empty() ? Sections() : sections_in(path);
    const auto section = sections.find(name);
    if (section == sections.end()) continue;
    found = true;
    profile.insert(section->second.begin(), section->second.end());
  }
  if (!found && named.empty()) return std::optional<net::Credential>();
  if (!found) return fail(ErrorCode::internal, fmt::format("There is no profile '{}' in {} or {}. Check AWS_PROFILE.", name, credentials, config));
  net::Credential credential{.access_key = value_in(profile, "aws_access_key_id"), .secret = value_in(profile, "aws_secret_access_key"), .session_token = value_in(profile, "aws_session_token")};
  if (!credential.access_key.empty() && !credential.secret.empty()) return std::optional(std::move(credential));
  for (const char* other : {"sso_session", "sso_start_url", "credential_process", "role_arn", "web_identity_token_file", "login_session", "aws_access_key_id", "aws_secret_access_key"}) {
    if (!profile.contains(other)) continue;
    return fail(ErrorCode::internal, fmt::format("The profile '{}' has its credential by {}, which Satchel does not use. Run `eval \"$(aws configure export-credentials --profile {} --format env)\"` "
                                                 "first, or give it aws_access_key_id and aws_secret_access_key.", name, other, name));
  }
  // A profile may hold a region alone.
  if (named.empty()) return std::optional<net::Credential>();
  return fail(ErrorCode::internal, fmt::format("The profile '{}' has no aws_access_key_id and aws_secret_access_key. Add them, or check AWS_PROFILE.", name));
}

Result<FetchCredential> container_credential(const Environment& environment, Clock& clock) {
  const std::string relative = first_set(environment, {"AWS_CONTAINER_CREDENTIALS_RELATIVE_URI"});
  const std::string full = relative.empty() ? first_set(environment, {"AWS_CONTAINER_CREDENTIALS_FULL_URI"}) : "http://169.254.170.2" + relative;
  if (full.empty()) return FetchCredential();
  const auto url = net::Url::parse(full);
  if (!url) return fail(ErrorCode::internal, fmt::format("'{}' is no address. Check AWS_CONTAINER_CREDENTIALS_FULL_URI.", full));
  if (!may_have_token(*url)) {
    return fail(ErrorCode::internal, fmt::format("'{}' gets no token: over plain HTTP only this machine and the addresses of ECS and EKS may. Check AWS_CONTAINER_CREDENTIALS_FULL_URI.", url->host));
  }
  return FetchCredential([environment, source = HttpSource(url->origin(), kContainerPatience, clock), target = url->target](Time deadline) -> Result<net::Credential> {
    const std::string token = TRY(container_token(environment));
    net::Fields fields;
    if (!token.empty()) fields.add("authorization", token);
    return credential_in("The container's credential service", TRY(source.ask("GET", target, std::move(fields), deadline)));
  });
}

FetchCredential instance_credential(const Environment& environment, Clock& clock) {
  std::string disabled = first_set(environment, {"AWS_EC2_METADATA_DISABLED"});
  if (net::to_lower(disabled) == "true") return {};
  std::string origin = first_set(environment, {"AWS_EC2_METADATA_SERVICE_ENDPOINT"});
  while (origin.ends_with('/')) origin.pop_back();
  const bool ipv6 = net::to_lower(first_set(environment, {"AWS_EC2_METADATA_SERVICE_ENDPOINT_MODE"})) == "ipv6";
  if (origin.empty()) origin = ipv6 ? "http://[fd00:ec2::254]" : "http://169.254.169.254";
  return [source = HttpSource(std::move(origin), kInstancePatience, clock)](Time deadline) { return ask_instance(source, deadline); };
}

}  // namespace satchel::aws
