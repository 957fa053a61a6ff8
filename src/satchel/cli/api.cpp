// SPDX-License-Identifier: Apache-2.0
#include "satchel/cli/api.hpp"

#include <fmt/format.h>

#include <chrono>
#include <limits>

#include "satchel/base/encoding.hpp"

namespace satchel::cli {
namespace {

constexpr Duration kAnswerWithin{60'000};
constexpr Duration kEarly{30'000};  // an access token is renewed before it would expire on the way
// Until Api's patience ends; whoever waits at a terminal can end it sooner.
constexpr RetryPolicy kPatient{.attempts = std::numeric_limits<int>::max(), .first_delay = Duration{200}, .longest_delay = Duration{20'000}};

ErrorCode code_of(int status) {
  switch (status) {
    case 401: return ErrorCode::unauthenticated;
    case 403: return ErrorCode::forbidden;
    case 404: return ErrorCode::not_found;
    case 409: return ErrorCode::conflict;
    case 410: return ErrorCode::gone;
    case 413: return ErrorCode::too_large;
    case 429: return ErrorCode::too_many;
    case 502:
    case 503: return ErrorCode::unavailable;
    case 504: return ErrorCode::deadline_exceeded;
    default: return status >= 500 ? ErrorCode::internal : ErrorCode::invalid;
  }
}

Result<net::Url> url_at(const std::string& base, std::string_view path) {
  auto url = net::Url::parse(base + std::string(path));
  if (!url) return fail(ErrorCode::invalid, fmt::format("'{}' is no address of a Satchel server. It looks like https://files.example.org.", base));
  return *std::move(url);
}

/// What is worth repeating: no answer, or an answer that says so. A conflict would only come again.
Error final_unless_passing(Error error) {
  if (error.code == ErrorCode::conflict) error.code = ErrorCode::invalid;
  return error;
}

bool is_silence(const Result<Json>& answer) {
  return !answer && (answer.error().code == ErrorCode::unavailable || answer.error().code == ErrorCode::deadline_exceeded);
}

std::string trimmed(std::string url) {
  while (url.ends_with('/')) url.pop_back();
  return url;
}

}  // namespace

std::string text_of(const Json& value, std::string_view name) {
  const Json* member = value.find(name);
  const auto* text = member ? member->as<std::string>() : nullptr;
  return text ? *text : std::string();
}

std::int64_t number_of(const Json& value, std::string_view name) {
  const Json* member = value.find(name);
  const auto* number = member ? member->as<std::int64_t>() : nullptr;
  return number ? *number : 0;
}

const Json::Array& list_of(const Json& value, std::string_view name) {
  static const Json::Array kNone;
  const Json* member = value.find(name);
  const auto* list = member ? member->as<Json::Array>() : nullptr;
  return list ? *list : kNone;
}

Error error_of(const net::ClientResponse& response) {
  const auto document = Json::parse(response.body);
  const std::string detail = document ? text_of(*document, "detail") : std::string();
  if (detail.empty()) {
    return {code_of(response.status), fmt::format("The server answered with status {}. Check the address; if it is right, look into the server's log.", response.status)};
  }
  const std::string id = text_of(*document, "request_id");
  return {code_of(response.status), detail, id.empty() ? "" : "request " + id, text_of(*document, "type")};
}

Time Silence::until(Duration patience) {
  const std::lock_guard lock(mutex_);
  return since_.value_or(world_.clock.now()) + patience;
}

void Silence::begin(Duration patience) {
  const std::lock_guard lock(mutex_);
  if (since_) return;
  since_ = world_.clock.now();
  tell(world_, "no_answer", fmt::format("the server does not answer; trying again for up to {} minutes.", std::chrono::floor<std::chrono::minutes>(patience).count()));
}

void Silence::end() {
  const std::lock_guard lock(mutex_);
  since_.reset();
}

Api::Api(World& world, Credentials credentials)
    : world_(world), http_(net::Client::create({.user_agent = "satchel-cli"}, world.clock)), credentials_(std::move(credentials)), silence_(world) {}

Result<std::unique_ptr<Api>> Api::open(World& world) {
  const auto url = world.environment("SATCHEL_URL"), token = world.environment("SATCHEL_TOKEN");
  if (token && !token->empty()) {
    if (!url || url->empty()) return fail(ErrorCode::unauthenticated, "SATCHEL_TOKEN is set and SATCHEL_URL is not. Set both, for example SATCHEL_URL=https://files.example.org.");
    return std::unique_ptr<Api>(new Api(world, {.url = trimmed(*url), .token = *token}));
  }
  auto store = TRY(CredentialStore::open(world));
  auto stored = TRY(store.load());
  if (!stored) return fail(ErrorCode::unauthenticated, "Nobody is signed in here. Run 'satchel login URL', or set SATCHEL_URL and SATCHEL_TOKEN.");
  return std::unique_ptr<Api>(new Api(world, *std::move(stored)));
}

std::unique_ptr<Api> Api::anonymous(World& world, std::string url) {
  return std::unique_ptr<Api>(new Api(world, {.url = std::move(url)}));
}

Result<Json> Api::call(std::string_view method, std::string_view path, std::string body) {
  const std::string key = random_id(world_.random);  // the same for each try: what was done already is not done again
  bool renewed = false;
  ErrorCode first = ErrorCode::internal;
  auto answer = retry(kPatient, silence_.until(patience_), world_.clock, world_.random, [&]() -> Result<Json> {
    auto result = call_signed_in(method, path, body, key, renewed);
    if (is_silence(result)) {
      silence_.begin(patience_);
    } else {
      silence_.end();
    }
    if (!result) {
      first = result.error().code;
      return std::unexpected(final_unless_passing(result.error()));
    }
    return result;
  });
  if (!answer && first == ErrorCode::conflict) answer.error().code = first;
  return answer;
}

Result<Json> Api::call_signed_in(std::string_view method, std::string_view path, const std::string& body, const std::string& key, bool& renewed) {
  const std::string bearer = TRY(token());
  auto result = call_once(method, path, body, key, bearer);
  if (!result && result.error().code == ErrorCode::unauthenticated && result.error().type == "invalid_token" && !renewed && !bearer.empty()) {
    renewed = true;
    TRY(refresh(bearer));
    result = call_once(method, path, body, key, TRY(token()));
  }
  return result;
}

Result<Json> Api::call_once(std::string_view method, std::string_view path, const std::string& body, const std::string& key, std::string_view bearer) {
  auto url = TRY(url_at(credentials_.url, path));
  net::ClientRequest request{.method = std::string(method), .url = std::move(url), .fields = {}, .body = body, .body_reader = {}, .body_length = 0};
  request.fields.add("accept", "application/json");
  if (!body.empty()) request.fields.add("content-type", "application/json");
  if (method == "POST") request.fields.add("idempotency-key", key);
  if (!bearer.empty()) request.fields.add("authorization", "Bearer " + std::string(bearer));
  if (!ticket_.empty()) request.fields.add("satchel-link-ticket", ticket_);
  const auto response = TRY(http_->send(request, world_.clock.now() + kAnswerWithin));
  if (response.status >= 300) return std::unexpected(error_of(response));
  if (response.body.empty()) return Json();
  auto document = Json::parse(response.body);
  if (!document) return fail(ErrorCode::invalid, fmt::format("'{}' does not answer as a Satchel server does. Check the address.", credentials_.url));
  return *std::move(document);
}

Result<std::string> Api::token() {
  {
    const std::lock_guard lock(mutex_);
    if (credentials_.refresh_token.empty() || world_.clock.now() + kEarly < credentials_.expires) return credentials_.token;
  }
  TRY(refresh({}));
  const std::lock_guard lock(mutex_);
  return credentials_.token;
}

Result<void> Api::refresh(const std::string& stale) {
  const std::lock_guard lock(mutex_);
  if (credentials_.refresh_token.empty()) {
    return fail(ErrorCode::unauthenticated, "The token is not accepted: it is wrong, expired or withdrawn. Create another with 'satchel token create'.");
  }
  auto store = TRY(CredentialStore::open(world_));
  const auto stored = TRY(store.load());
  // Another command may have renewed it meanwhile: a refresh token serves once.
  if (stored && stored->url == credentials_.url && stored->token != stale && world_.clock.now() + kEarly < stored->expires) {
    credentials_ = *stored;
    return {};
  }
  if (stored && stored->url == credentials_.url) credentials_ = *stored;
  const std::string& spent = credentials_.refresh_token;
  auto fresh = fetch_tokens(*http_, world_.clock, credentials_, fmt::format("grant_type=refresh_token&client_id={}&refresh_token={}", percent_encode(credentials_.client_id), percent_encode(spent)));
  if (!fresh && fresh.error().code == ErrorCode::invalid) {
    return fail(ErrorCode::unauthenticated, fmt::format("The sign-in has ended. Run 'satchel login {}' again.", credentials_.url));
  }
  credentials_ = TRY(std::move(fresh));
  return store.save(credentials_);
}

Result<Credentials> fetch_tokens(net::Client& http, const Clock& clock, Credentials credentials, std::string form) {
  net::ClientRequest request{.method = "POST",
                             .url = TRY(url_at(credentials.token_endpoint, "")),
                             .fields = {{"content-type", "application/x-www-form-urlencoded"}},
                             .body = std::move(form),
                             .body_reader = {},
                             .body_length = 0};
  const Time now = clock.now();
  const auto response = TRY(http.send(request, now + kAnswerWithin));
  if (response.status >= 500) return std::unexpected(error_of(response));
  const auto tokens = Json::parse(response.body);
  if (response.status != 200 || !tokens || text_of(*tokens, "access_token").empty()) {
    return fail(ErrorCode::invalid, "The server gave no tokens.", tokens ? text_of(*tokens, "error") : std::string());
  }
  credentials.token = text_of(*tokens, "access_token");
  // One that is not replaced stays good (RFC 6749 section 6).
  if (auto fresh = text_of(*tokens, "refresh_token"); !fresh.empty()) credentials.refresh_token = std::move(fresh);
  credentials.expires = now + std::chrono::seconds{number_of(*tokens, "expires_in")};
  return credentials;
}

}  // namespace satchel::cli
