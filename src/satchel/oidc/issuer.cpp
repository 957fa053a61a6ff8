// SPDX-License-Identifier: Apache-2.0
#include "satchel/oidc/issuer.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

namespace satchel::oidc {
namespace {

constexpr std::size_t kLargestDocument = 512 * 1024;
constexpr Duration kNewKeyPatience{1'000};

bool is_loopback(std::string_view host) {
  const bool numbers = host.find_first_not_of("0123456789.") == host.npos;
  return host == "localhost" || host == "::1" || (numbers && host.starts_with("127."));
}

std::string text_in(const Json& object, std::string_view name) {
  const Json* member = object.find(name);
  const auto* text = member ? member->as<std::string>() : nullptr;
  return text ? *text : std::string();
}

std::vector<std::string> texts_in(const Json& object, std::string_view name) {
  std::vector<std::string> texts;
  const Json* member = object.find(name);
  const auto* list = member ? member->as<Json::Array>() : nullptr;
  for (const Json& one : list ? *list : Json::Array()) {
    if (const auto* text = one.as<std::string>()) texts.push_back(*text);
  }
  return texts;
}

/// Section 4 of Discovery: a slash at the issuer's end is left out before the path is put behind it.
std::string discovery_address(std::string url) {
  if (url.ends_with('/')) url.pop_back();
  return url + "/.well-known/openid-configuration";
}

Result<Provider> read_provider(const Json& document, const std::string& issuer) {
  if (const std::string named = text_in(document, "issuer"); named != issuer) {
    return fail(ErrorCode::invalid, fmt::format("The discovery document of {} names another issuer, '{}'. Set issuer to just that, if it is the one you mean.", issuer, named));
  }
  Provider provider{.authorization_endpoint = text_in(document, "authorization_endpoint"),
                    .token_endpoint = text_in(document, "token_endpoint"),
                    .jwks_uri = text_in(document, "jwks_uri"),
                    .userinfo_endpoint = text_in(document, "userinfo_endpoint"),
                    .revocation_endpoint = text_in(document, "revocation_endpoint"),
                    .end_session_endpoint = text_in(document, "end_session_endpoint"),
                    .scopes = texts_in(document, "scopes_supported")};
  for (const auto& [name, address] : {std::pair("authorization_endpoint", &provider.authorization_endpoint), {"token_endpoint", &provider.token_endpoint}, {"jwks_uri", &provider.jwks_uri}}) {
    if (!is_trustworthy(*address)) return fail(ErrorCode::invalid, fmt::format("The discovery document of {} has no {} that speaks HTTPS.", issuer, name));
  }
  for (std::string* address : {&provider.userinfo_endpoint, &provider.revocation_endpoint, &provider.end_session_endpoint}) {
    if (!is_trustworthy(*address)) address->clear();
  }
  return provider;
}

}  // namespace

bool is_trustworthy(std::string_view text) {
  const auto url = net::Url::parse(text);
  return url && (url->secure || is_loopback(url->host));
}

Issuer::Issuer(IssuerOptions options, Clock& clock, Logger& logger)
    : options_(std::move(options)),
      clock_(&clock),
      logger_(&logger),
      http_(net::Client::create({.user_agent = "satchel", .ca_file = options_.ca_file, .body_limit = kLargestDocument, .stall_deadline = options_.patience}, clock)) {}

Result<std::unique_ptr<Issuer>> Issuer::at(IssuerOptions options, Clock& clock, Logger& logger) {
  const auto url = net::Url::parse(options.url);
  if (!url || options.url.contains('?')) return fail(ErrorCode::invalid, fmt::format("'{}' is no address of an issuer. It looks like https://id.example.org/realms/people.", options.url));
  if (options.reached_at.empty()) options.reached_at = options.url;
  for (const std::string& address : {options.url, options.reached_at}) {
    if (!is_trustworthy(address)) return fail(ErrorCode::invalid, fmt::format("The issuer {} is on another machine and speaks plain HTTP: anybody on the way could sign in as anybody. Use its https:// address.", address));
  }
  return std::unique_ptr<Issuer>(new Issuer(std::move(options), clock, logger));
}

Result<net::ClientResponse> Issuer::get(const Call& call, const std::string& address, std::string_view bearer) const {
  net::ClientRequest request{.method = "GET", .url = TRY(net::Url::parse(address)), .fields = {{"accept", "application/json"}}, .body = {}, .body_reader = {}, .body_length = 0};
  if (!bearer.empty()) request.fields.add("authorization", fmt::format("Bearer {}", bearer));
  auto response = http_->send(request, std::min(call.deadline, clock_->now() + options_.patience));
  if (response) return response;
  const ErrorCode code = response.error().code == ErrorCode::deadline_exceeded ? ErrorCode::deadline_exceeded : ErrorCode::unavailable;
  return fail(code, fmt::format("The issuer {} does not answer.", options_.url), fmt::format("{}: {} {}", address, response.error().message, response.error().detail), "issuer_silent");
}

Result<Json> Issuer::document(const Call& call, const std::string& address, std::string_view what) const {
  const auto response = TRY(get(call, address));
  auto document = response.status == 200 ? Json::parse(response.body, OddNumbers::read_as_null) : Result<Json>(Json());
  if (document && document->as<Json::Object>()) return *std::move(document);
  const ErrorCode code = response.status >= 500 || response.status == 429 ? ErrorCode::unavailable : ErrorCode::not_found;
  return fail(code, fmt::format("The issuer {} has no {} at {} (status {}).", options_.url, what, address, response.status), {}, "no_issuer");
}

Result<Provider> Issuer::provider(const Call& call) const {
  {
    const std::scoped_lock lock(mutex_);
    if (provider_) return *provider_;
  }
  Provider found = TRY(read_provider(TRY(document(call, discovery_address(options_.reached_at), "discovery document")), options_.url));
  const std::scoped_lock lock(mutex_);
  provider_ = found;
  return found;
}

Result<Issuer::Keys> Issuer::read_keys(const Call& call) const {
  const Provider from = TRY(provider(call));
  Keys keys = keys_in(TRY(document(call, from.jwks_uri, "keys")));
  if (keys.empty()) return fail(ErrorCode::unavailable, fmt::format("The issuer {} has no key for RS256 at {}.", options_.url, from.jwks_uri));
  return keys;
}

struct Issuer::Seen {
  std::optional<RsaPublicKey> key;
  bool fresh = false, usable = false, rested = false;  // of the keys; whether they may be read again
};

Issuer::Seen Issuer::look(std::string_view kid, Time now) const {
  const std::scoped_lock lock(mutex_);
  const auto found = keys_.find(kid);
  Seen seen{.key = found == keys_.end() ? std::nullopt : std::optional(found->second)};
  seen.fresh = read_ + options_.fresh > now;
  seen.usable = read_ + options_.stale > now;
  seen.rested = tried_ + options_.pause <= now || tried_ > now;  // a clock that was set back is no reason never to read again
  return seen;
}

/// Reads the keys where another thread has not just done so; waits so long for one that does. Its error is that of the reading.
Result<void> Issuer::renew(const Call& call, std::string_view kid, Duration patience) const {
  const std::unique_lock reading(reading_, patience);
  if (!reading) return {};
  const Time now = clock_->now();
  if (const Seen seen = look(kid, now); !seen.rested || (seen.key && seen.fresh)) return {};
  {
    const std::scoped_lock lock(mutex_);
    tried_ = now;
  }
  auto keys = read_keys({.now = call.now, .deadline = now + options_.patience});
  if (!keys) {
    logger_->warn("issuer.keys_not_read", {{"issuer", options_.url}, {"code", to_string(keys.error().code)}, {"detail", keys.error().detail}});
    return std::unexpected(keys.error());
  }
  const std::scoped_lock lock(mutex_);
  keys_ = *std::move(keys);
  read_ = clock_->now();
  return {};
}

Result<std::optional<RsaPublicKey>> Issuer::find(const Call& call, std::string_view kid) const {
  const Seen before = look(kid, clock_->now());
  if (before.key && before.fresh) return before.key;
  // With a key that will do, nobody waits for another's reading; one that nobody knows may be new, or a stranger's.
  const Duration patience = !before.usable ? options_.patience : before.key ? Duration{0} : kNewKeyPatience;
  const auto renewed = renew(call, kid, patience);
  const Seen after = look(kid, clock_->now());
  if (after.usable) return after.key;
  if (!renewed) return std::unexpected(renewed.error());
  return fail(ErrorCode::unavailable, fmt::format("The keys of the issuer {} cannot be read now. Try again in a moment.", options_.url), {}, "issuer_silent");
}

Result<Claims> Issuer::person(const Call& call, std::string_view access_token) const {
  const Provider from = TRY(provider(call));
  if (from.userinfo_endpoint.empty()) return fail(ErrorCode::not_found, fmt::format("The issuer {} has no user info endpoint.", options_.url));
  const auto response = TRY(get(call, from.userinfo_endpoint, access_token));
  if (response.status == 401 || response.status == 403) return fail(ErrorCode::unauthenticated, "The issuer does not tell who you are. Sign in again.", fmt::format("user info: status {}", response.status), "invalid_token");
  auto document = response.status == 200 ? Json::parse(response.body, OddNumbers::read_as_null) : Result<Json>(Json());
  const std::string subject = document ? text_in(*document, "sub") : std::string();
  if (subject.empty()) return fail(ErrorCode::unavailable, "The issuer does not tell who you are now. Try again in a moment.", fmt::format("user info: status {}", response.status));
  Claims claims{.issuer = options_.url, .subject = subject, .all = {}};
  claims.all = *std::move(document);
  return claims;
}

Result<Time> Issuer::its_time(const Call& call) const {
  const auto response = TRY(get(call, discovery_address(options_.reached_at)));
  return parse_http(response.fields.find("date").value_or(""));
}

}  // namespace satchel::oidc
