// SPDX-License-Identifier: Apache-2.0
// The public API as commands call it: JSON in and out, tokens kept fresh, problem documents turned into errors, what may be
// repeated repeated. Any thread may call.
#pragma once

#include <memory>
#include <mutex>
#include <string>
#include <string_view>

#include "satchel/base/json.hpp"
#include "satchel/base/result.hpp"
#include "satchel/cli/console.hpp"
#include "satchel/cli/credentials.hpp"
#include "satchel/net/client.hpp"

namespace satchel::cli {

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

  net::Client& http() { return *http_; }
  World& world() { return world_; }
  const std::string& url() const { return credentials_.url; }

 private:
  Api(World& world, Credentials credentials);
  Result<Json> call(std::string_view method, std::string_view path, std::string body);
  Result<Json> call_once(std::string_view method, std::string_view path, const std::string& body, const std::string& key, std::string_view bearer);
  Result<std::string> token();
  Result<void> refresh(const std::string& stale);

  World& world_;
  std::unique_ptr<net::Client> http_;
  std::mutex mutex_;  // over credentials_
  Credentials credentials_;
  std::string ticket_;
};

/// The error that an answer of the API stands for.
Error error_of(const net::ClientResponse& response);
/// A text member, or nothing where it is absent or of another type.
std::string text_of(const Json& value, std::string_view name);
std::int64_t number_of(const Json& value, std::string_view name);
const Json::Array& list_of(const Json& value, std::string_view name);

/// Tokens from the provider's token endpoint (RFC 6749 section 5.1), put into `credentials`. Error: invalid where it refuses.
Result<Credentials> fetch_tokens(net::Client& http, const Clock& clock, Credentials credentials, std::string form);

}  // namespace satchel::cli
