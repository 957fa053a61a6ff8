// SPDX-License-Identifier: Apache-2.0
#include "apps/satchel/serve.hpp"

#include <arpa/inet.h>
#include <fmt/format.h>
#include <malloc.h>
#include <netinet/in.h>
#include <signal.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cstdio>

#include "apps/satchel/admin_socket.hpp"
#include "apps/satchel/installation.hpp"
#include "satchel/gateway/client_address.hpp"

namespace satchel {
namespace {

constexpr Duration kStopPatience = std::chrono::seconds{10};

/// Nothing secret in a core dump, files for nobody else, descriptors for many connections, and few arenas: 40 threads that each
/// keep their own would be most of an idle process.
void prepare_process() {
  umask(0077);
  const rlimit none{.rlim_cur = 0, .rlim_max = 0};
  setrlimit(RLIMIT_CORE, &none);
  rlimit files{};
  if (getrlimit(RLIMIT_NOFILE, &files) == 0) {
    files.rlim_cur = files.rlim_max;
    setrlimit(RLIMIT_NOFILE, &files);
  }
  mallopt(M_ARENA_MAX, 2);
  mallopt(M_TRIM_THRESHOLD, 512 * 1024);
  signal(SIGPIPE, SIG_IGN);
}

/// Blocked in every thread from here on; stop() waits for one of them.
sigset_t block_stop_signals() {
  sigset_t signals;
  sigemptyset(&signals);
  sigaddset(&signals, SIGINT);
  sigaddset(&signals, SIGTERM);
  pthread_sigmask(SIG_BLOCK, &signals, nullptr);
  return signals;
}

/// Port 0 is settled before the public URL is: everything that is handed out names it.
Result<void> settle_port(Configuration& configuration) {
  if (configuration.port != 0) return {};
  const bool v6 = configuration.address.contains(':');
  const int fd = socket(v6 ? AF_INET6 : AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  sockaddr_storage bound{};
  socklen_t size = sizeof bound;
  bound.ss_family = v6 ? AF_INET6 : AF_INET;
  const bool free = fd >= 0 && bind(fd, reinterpret_cast<sockaddr*>(&bound), v6 ? sizeof(sockaddr_in6) : sizeof(sockaddr_in)) == 0 &&
                    getsockname(fd, reinterpret_cast<sockaddr*>(&bound), &size) == 0;
  if (fd >= 0) close(fd);
  if (!free) return fail(ErrorCode::unavailable, "There is no free port to be had. Name one with --listen.");
  configuration.port = ntohs(v6 ? reinterpret_cast<sockaddr_in6&>(bound).sin6_port : reinterpret_cast<sockaddr_in&>(bound).sin_port);
  if (configuration.public_url.ends_with(":0")) configuration.public_url.replace(configuration.public_url.size() - 1, 1, fmt::to_string(configuration.port));
  return {};
}

void greet_where(const Configuration& configuration) {
  if (configuration.table.empty() && configuration.objects.empty()) {
    fmt::print("Everything is kept in {}\n", configuration.data);
    return;
  }
  const auto where = [&](const std::string& elsewhere) { return elsewhere.empty() ? configuration.data : elsewhere.substr(0, elsewhere.find('?')); };
  fmt::print("What people keep is in {}, what is known of it in {}\n", where(configuration.objects), where(configuration.table));
}

void greet(const Configuration& configuration, const std::optional<std::string>& hint) {
  fmt::print("Satchel {} is ready at {}\n", SATCHEL_VERSION, configuration.public_url);
  greet_where(configuration);
  if (!configuration.public_url.starts_with("https://") && !gateway::is_loopback(configuration.address)) {
    fmt::print("Others can reach this address without encryption: browsers will not let them sign in. Use HTTPS (--tls-cert, --tls-key, or a proxy and --public-url).\n");
  }
  if (gateway::is_loopback(configuration.address) && configuration.public_url.starts_with("https://") && configuration.trusted_proxies.empty()) {
    fmt::print("To Satchel all who come through your proxy look like one client, and one can lock out all: add --trusted-proxies 127.0.0.1, and let it send X-Forwarded-For.\n");
  }
  if (hint) fmt::print("\n{}\n\n", *hint);
  fmt::print("Stop it with Ctrl-C.\n");
  std::fflush(stdout);
}

class Serving {
 public:
  Serving(Configuration configuration, LogLevel least)
      : configuration_(std::move(configuration)), clock_(system_clock()), random_(system_random()), logger_(fd_logger(STDERR_FILENO, least, *clock_)) {}

  Result<void> start() {
    TRY(settle_port(configuration_));
    ground_.emplace(TRY(Ground::open(configuration_, process())));
    installation_ = TRY(Installation::open(configuration_, *ground_, process()));
    administration_.emplace(*ground_, process(), configuration_.quota);
    admin_socket_.emplace(*administration_);
    admin_server_ = TRY(net::Server::start({.unix_path = ground_->folder.file("admin.sock"), .loops = 1}, *admin_socket_, *logger_));
    const auto hint = TRY(installation_->hint());
    server_ = TRY(net::Server::start({.address = configuration_.address,
                                      .port = configuration_.port,
                                      .certificate_file = configuration_.tls_certificate,
                                      .key_file = configuration_.tls_key},
                                     installation_->handler(), *logger_));
    installation_->watch(*server_);
    logger_->info("started", {{"version", SATCHEL_VERSION}, {"public_url", configuration_.public_url}, {"data", configuration_.data}});
    greet(configuration_, hint);
    installation_->announce_ready();
    installation_->events().start();
    return {};
  }

  /// The outside first: no request comes in while what it needs goes away.
  void stop() {
    if (server_) logger_->info("stopping");
    const Time until = clock_->now() + kStopPatience;
    if (server_) server_->stop(until);
    if (admin_server_) admin_server_->stop(until);
    if (!installation_) return;
    installation_->stop_functions(until);
    installation_->events().stop();
  }

 private:
  Process process() { return {*clock_, *random_, *logger_}; }

  Configuration configuration_;
  std::unique_ptr<Clock> clock_;
  std::unique_ptr<Random> random_;
  std::unique_ptr<Logger> logger_;
  std::optional<Ground> ground_;
  std::unique_ptr<Installation> installation_;
  std::optional<Administration> administration_;
  std::optional<AdminSocket> admin_socket_;
  std::unique_ptr<net::Server> admin_server_, server_;
};

/// A person at a terminal looks for the set-up link, not for a line a request, unless they ask for them.
LogLevel least_level(const Loaded& loaded) {
  const auto shown = std::ranges::find(loaded.shown, std::string("log_level"), &Shown::key);
  const bool asked = shown != loaded.shown.end() && shown->source != "built in";
  return !asked && isatty(STDERR_FILENO) == 1 ? LogLevel::warn : loaded.configuration.log_level;
}

}  // namespace

Result<void> serve(const Loaded& loaded) {
  prepare_process();
  const sigset_t signals = block_stop_signals();
  Serving serving(loaded.configuration, least_level(loaded));
  auto started = serving.start();
  if (started) {
    int which = 0;
    sigwait(&signals, &which);
  }
  serving.stop();
  return started;
}

}  // namespace satchel
