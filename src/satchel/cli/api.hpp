// SPDX-License-Identifier: Apache-2.0
// The public API as commands call it: JSON in and out, tokens kept fresh, problem documents turned into errors, what may be
// repeated repeated. Any thread may call.
#pragma once

#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>

#include "satchel/base/json.hpp"
#include "satchel/base/result.hpp"
#include "satchel/base/retry.hpp"
#include "satchel/cli/console.hpp"
#include "satchel/cli/credentials.hpp"
#include "satchel/net/client.hpp"

namespace satchel::cli {

/// A server that does not answer: told of once, and once more where it answers in between. Any thread may call.
class Silence {
 public:
  explicit Silence(World& world) : world_(world) {}

  /// Until when what begins now is tried: so long after the silence began, if there is one.
  Time until(Duration patience);
  void begin(Duration patience);
  void end();

 private:
  World& world_;
  std::mutex mutex_;
  std::optional<Time> since_;
};

class Api {
 public:
  /// Signed in by SATCHEL_URL and SATCHEL_TOKEN, or by what 'satchel login' left. Error: unauthenticated, with the way on.
  static Result<std::unique_ptr<Api>> open(World& world);
  /// For links: nobody in particular.
  static std::unique_ptr<Api> anonymous(World& world, std::string url);

  Result<Json> get(std::string_view path) { return call("GET", path, {}); }
  Result<Json> post(std::string_view path, const Json& body) { return call("POST", path, body.text()); }
  Result<Json> patch(std::string_view path, const Json& body) { return call("PATCH", path, body.text()); }
  Result<Json> remove(std::string_view path) { return call("DELETE", path, {}); }

  /// Sent with every call from now on: the ticket of an unlocked link.
  void use_link_ticket(std::string ticket) { ticket_ = std::move(ticket); }

  /// For transfers, which outlast a server that is away for a quarter of an hour; else a call gives up after two minutes.
  void be_patient() { patience_ = std::chrono::minutes{15}; }

  net::Client& http() { return *http_; }
  World& world() { return world_; }
  const std::string& url() const { return credentials_.url; }

 private:
  Api(World& world, Credentials credentials);
  Result<Json> call(std::string_view method, std::string_view path, std::string body);
  Result<Json> call_signed_in(std::string_view method, std::string_view path, const std::string& body, const std::string& key, bool& renewed);
  Result<Json> call_once(std::string_view method, std::string_view path, const std::string& body, const std::string& key, std::string_view bearer);
  Result<std::string> token();
  Result<void> refresh(const std::string& stale);

  World& world_;
  std::unique_ptr<net::Client> http_;
  std::mutex mutex_;  // over credentials_
  Credentials credentials_;
  std::string ticket_;
  Silence silence_;
  Duration patience_ = std::chrono::minutes{2};
};

/// Sends or fetches bytes, each try under a fresh signature. A signature that does not come is not asked for again: the call that
/// gets it has had its own patience.
template <class Sign, class Attempt>
Result<void> transfer(Api& api, Sign sign, Attempt attempt) {
  constexpr RetryPolicy kTries{.attempts = 15, .first_delay = Duration{200}, .longest_delay = Duration{20'000}};
  World& world = api.world();
  std::optional<Error> unsigned_because;
  auto outcome = retry(kTries, world.clock.now() + std::chrono::minutes{15}, world.clock, world.random, [&]() -> Result<void> {
    const auto terms = sign();
    if (terms) return attempt(*terms);
    unsigned_because = terms.error();
    return fail(ErrorCode::invalid, {});
  });
  if (unsigned_because) return std::unexpected(*unsigned_because);
  return outcome;
}

/// The error that an answer of the API stands for.
Error error_of(const net::ClientResponse& response);
/// A text member, or nothing where it is absent or of another type.
std::string text_of(const Json& value, std::string_view name);
std::int64_t number_of(const Json& value, std::string_view name);
const Json::Array& list_of(const Json& value, std::string_view name);

/// Tokens from the provider's token endpoint (RFC 6749 section 5.1), put into `credentials`. Error: invalid where it refuses.
Result<Credentials> fetch_tokens(net::Client& http, const Clock& clock, Credentials credentials, std::string form);

}  // namespace satchel::cli
