// SPDX-License-Identifier: Apache-2.0
// Administration over the UNIX socket in the data folder (mode 0600): who may open it owns the data anyway. JSON over HTTP/1.1, one
// request a connection.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "apps/satchel/administration.hpp"
#include "satchel/base/pool.hpp"
#include "satchel/net/server.hpp"

namespace satchel {

inline constexpr std::string_view kAddUserPath = "/users", kCreateTokenPath = "/tokens", kRedrivePath = "/redrive";

/// The server's side.
class AdminSocket final : public net::Handler {
 public:
  explicit AdminSocket(const Administration& administration) : administration_(&administration) {}
  void handle(std::unique_ptr<net::Exchange> exchange) override;
  std::string problem(int status, std::string_view sentence) override;

 private:
  void answer(net::Exchange& exchange, const Result<std::string>& body) const;

  const Administration* administration_;
  Pool pool_{{.threads = 2, .queue = 16}};
};

/// The command line's side: asks the server that holds the data folder. Empty where none listens. Errors: the server's own, and
/// unavailable.
Result<std::optional<Json>> ask_admin_socket(const std::string& socket_path, std::string_view path, const Json& request, Clock& clock);

}  // namespace satchel
