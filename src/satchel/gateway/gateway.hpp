// SPDX-License-Identifier: Apache-2.0
// The HTTP gateway: every request of the public server comes in here and goes to a mount (the object store), to a function through
// the gates, to a file of the front-end, or to one of the gateway's own addresses (/config.json, /healthz, /readyz, /metrics).
// Functions run on a pool; nothing here blocks a loop. A body is read whole, within the row's limit, before a thread sees it.
#pragma once

#include <functional>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "satchel/base/pool.hpp"
#include "satchel/gateway/answer.hpp"
#include "satchel/gateway/assets.hpp"
#include "satchel/gateway/body_budget.hpp"
#include "satchel/gateway/client_address.hpp"
#include "satchel/gateway/metrics.hpp"
#include "satchel/gateway/security_headers.hpp"
#include "satchel/net/server.hpp"
#include "satchel/runtime/gates.hpp"

namespace satchel::gateway {

struct GatewayOptions {
  SiteOrigins origins;
  TrustedProxies proxies;
  std::string metrics_token;       // empty: /metrics is for loopback alone
  std::vector<std::string> pages;  // first path segments that the front-end's index.html answers: "files", "signin"
  PoolOptions pool;
};

/// One thing that must work for the process to be of use: its name and how to ask it.
struct Probe {
  std::string name;
  std::function<Result<void>(const Call&)> ask;
};

/// What the gateway stands on; all of it outlives it. The callbacks may block and are called from any thread.
struct GatewayMeans {
  const Registry& registry;
  Gates& gates;
  Clock& clock;
  Random& random;
  Logger& logger;
  std::span<const Asset> assets;
  std::function<Result<Json>(const Call&)> config;  // /config.json
  std::vector<Probe> probes;                        // /readyz
  std::function<std::string()> metrics;             // further lines of /metrics
};

class Gateway final : public net::Handler {
 public:
  Gateway(GatewayOptions options, GatewayMeans means);

  /// Requests whose path is `prefix` or lies below it go to `handler`, which outlives the gateway. Before the server starts.
  void mount(std::string prefix, net::Handler& handler);

  void handle(std::unique_ptr<net::Exchange> exchange) override;
  std::string problem(int status, std::string_view sentence) override;

 private:
  struct Work;

  void route(std::unique_ptr<Answer> answer, std::string_view path);
  void start_function(std::unique_ptr<Answer> answer, Registry::Match match, TextMap query);
  void read_body(std::shared_ptr<Work> work);
  void receive(std::shared_ptr<Work> work, std::uint64_t announced);
  void enqueue(std::shared_ptr<Work> work);
  void run_function(Work& work);
  void answer_with(Work& work, Gates::Passage passage);

  bool serve_own(std::unique_ptr<Answer>& answer, std::string_view path);
  void serve_config(Answer& answer, const Call& call);
  void serve_readiness(Answer& answer, const Call& call);
  void serve_metrics(Answer& answer);
  bool may_see_metrics(const net::RequestHead& head) const;
  void on_pool(std::unique_ptr<Answer> answer, void (Gateway::*serve)(Answer&, const Call&));

  bool serve_site(std::unique_ptr<Answer>& answer, std::string_view path);
  void serve_link_page(std::unique_ptr<Answer> answer, std::string_view token);
  void send_asset(Answer& answer, const Asset& asset, int status = 200);
  void refuse_method(Answer& answer, const std::vector<std::string>& allowed);
  void send_problem(Answer& answer, const Error& error);
  void send(Answer& answer, Response response);

  GatewayOptions options_;
  GatewayMeans means_;
  SecurityHeaders security_;
  Metrics metrics_;
  AnswerMeans answer_means_;
  Assets assets_;
  BodyBudget bodies_;
  std::vector<std::pair<std::string, net::Handler*>> mounts_;
  Pool pool_;  // last: its jobs use all of the above
};

}  // namespace satchel::gateway
