// SPDX-License-Identifier: Apache-2.0
// The Lambda Runtime API, version 2018-06-01, for the processes of a fleet: next, response, error, init error. Several processes share one
// port, and any process of the machine can reach it, so each has a secret path of its own before the API's: AWS_LAMBDA_RUNTIME_API is
// "127.0.0.1:9001/SECRET". Nothing here blocks a loop.
// Source: AWS Lambda Developer Guide, "Using the Lambda runtime API for custom runtimes".
#pragma once

#include <string>
#include <string_view>

#include "satchel/lambda_host/fleet.hpp"
#include "satchel/net/server.hpp"

namespace satchel::lambda_host {

inline constexpr std::size_t kLargestAnswer = 6'291'556;  // as Lambda's

class RuntimeApi final : public net::Handler {
 public:
  /// `fleet` outlives it.
  explicit RuntimeApi(Fleet& fleet) : fleet_(&fleet) {}

  void handle(std::unique_ptr<net::Exchange> exchange) override;
  std::string problem(int status, std::string_view sentence) override;

 private:
  using Shared = std::shared_ptr<net::Exchange>;
  void give_next(const std::string& process, const Shared& exchange);
  void take_response(const std::string& process, const std::string& id, const Shared& exchange);
  void take_error(const std::string& process, const std::string& id, const Shared& exchange);

  Fleet* fleet_;
};

}  // namespace satchel::lambda_host
