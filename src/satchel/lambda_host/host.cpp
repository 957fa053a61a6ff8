// SPDX-License-Identifier: Apache-2.0
#include "satchel/lambda_host/host.hpp"

#include <fmt/format.h>
#include <unistd.h>

#include <utility>

#include "satchel/lambda_host/runtime_api.hpp"
#include "satchel/lambda_host/supervisor.hpp"
#include "satchel/net/server.hpp"

namespace satchel::lambda_host {
namespace {

class LocalHost final : public Host {
 public:
  LocalHost(HostOptions options, Clock& clock, Random& random, Logger& logger)
      : options_(std::move(options)), clock_(&clock), supervisor_([this](const std::string& group, const std::string& process) { return program(group, process); }, clock, logger),
        fleet_(options_.fleet, supervisor_, clock, random, logger), api_(fleet_) {}
  ~LocalHost() override { stop(clock_->now()); }

  Result<void> start(Logger& logger) {
    server_ = TRY(net::Server::start({.loops = 1}, api_, logger));
    return supervisor_.start(fleet_);
  }

  Fleet& fleet() override { return fleet_; }

  void stop(Time deadline) override {
    fleet_.stop(deadline);
    supervisor_.stop();
    if (server_) server_->stop(clock_->now());
  }

 private:
  Program program(const std::string& group, const std::string& process) const {
    Program made{.path = options_.bootstrap, .environment = {}, .folder = options_.folder};
    if (options_.environment) made.environment = options_.environment(group);
    auto& lines = made.environment;
    lines.push_back(fmt::format("_HANDLER={}", group));
    lines.push_back(fmt::format("AWS_LAMBDA_FUNCTION_NAME=satchel-{}", group));
    lines.push_back(fmt::format("AWS_LAMBDA_RUNTIME_API=127.0.0.1:{}/{}", server_->port(), process));
    lines.push_back(fmt::format("LAMBDA_TASK_ROOT={}", options_.folder));
    lines.insert(lines.end(), {"AWS_LAMBDA_FUNCTION_VERSION=$LATEST", "AWS_REGION=us-east-1", "TZ=:UTC"});
    return made;
  }

  HostOptions options_;
  Clock* clock_;
  Supervisor supervisor_;
  Fleet fleet_;
  RuntimeApi api_;
  std::unique_ptr<net::Server> server_;
};

}  // namespace

Result<std::unique_ptr<Host>> Host::start(HostOptions options, Clock& clock, Random& random, Logger& logger) {
  if (access(options.bootstrap.c_str(), X_OK) != 0) {
    constexpr auto kSentence = "The functions' program {} is not there or may not be run. Set 'bootstrap' to the file of that name from the release, or leave 'functions' at inprocess.";
    return fail(ErrorCode::invalid, fmt::format(kSentence, options.bootstrap));
  }
  auto host = std::make_unique<LocalHost>(std::move(options), clock, random, logger);
  TRY(host->start(logger));
  return host;
}

}  // namespace satchel::lambda_host
