// SPDX-License-Identifier: Apache-2.0
#include "satchel/net/server.hpp"

#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <mutex>
#include <thread>
#include <utility>

#include "satchel/net/connection.hpp"
#include "satchel/net/listener.hpp"
#include "satchel/net/loop.hpp"

namespace satchel::net {
namespace {

// Connections above the limit that are told so; more are cut without a word.
constexpr std::size_t kMostRefused = 64;

class LoopServer final : public Server {
 public:
  LoopServer(std::shared_ptr<ServerCore> core, Listening listening) : core_(std::move(core)), port_(listening.port) {
    const auto count = core_->options.loops > 0 ? static_cast<unsigned>(core_->options.loops) : std::max(1U, std::thread::hardware_concurrency());
    for (unsigned i = 0; i < count; ++i) loops_.push_back(std::make_shared<Loop>(core_));
    acceptor_ = std::make_shared<Acceptor>(
        loops_[0]->context(), listening.socket, [this](int socket, std::string peer) { take(socket, std::move(peer)); }, *core_->logger);
    loops_[0]->post([acceptor = acceptor_] { acceptor->start(); });
    for (const auto& loop : loops_) loop->start();
  }
  ~LoopServer() override { stop(std::chrono::time_point_cast<Duration>(std::chrono::system_clock::now())); }
  LoopServer(const LoopServer&) = delete;
  LoopServer& operator=(const LoopServer&) = delete;

  std::uint16_t port() const override { return port_; }

  ServerCounters counters() const override {
    ServerCounters sum;
    for (const auto& loop : loops_) {
      const auto& counters = loop->counters();
      sum.connections += counters.connections;
      sum.requests += counters.requests;
      sum.malformed += counters.malformed;
      sum.bytes_in += counters.bytes_in;
      sum.bytes_out += counters.bytes_out;
    }
    sum.connections_now = core_->connections;
    sum.buffers_now = core_->pool->in_use();
    return sum;
  }

  void stop(Time deadline) override {
    const std::scoped_lock lock(stop_mutex_);
    if (std::exchange(stopped_, true)) return;
    core_->stopping = true;
    loops_[0]->post([acceptor = std::move(acceptor_)] { acceptor->stop(); });
    if (!core_->options.unix_path.empty()) ::unlink(core_->options.unix_path.c_str());
    for (const auto& loop : loops_) loop->wind_down();
    core_->wait_until_none(deadline);
    for (const auto& loop : loops_) loop->end();
  }

 private:
  /// On the first loop's thread.
  void take(int socket, std::string peer) {
    const std::size_t before = core_->connections.fetch_add(1);
    if (before >= core_->options.connection_limit + kMostRefused) {
      ::close(socket);
      core_->connection_gone();
      return;
    }
    const auto& loop = loops_[next_++ % loops_.size()];
    loop->dispatch([loop, socket, peer = std::move(peer), refuse = before >= core_->options.connection_limit]() mutable {
      Connection::open(std::move(loop), socket, std::move(peer), refuse);
    });
  }

  std::shared_ptr<ServerCore> core_;  // shared with its loops
  std::uint16_t port_;
  std::vector<std::shared_ptr<Loop>> loops_;  // shared with connections that an exchange still holds
  std::shared_ptr<Acceptor> acceptor_;        // shared with its waiting operation
  std::size_t next_ = 0;
  std::mutex stop_mutex_;
  bool stopped_ = false;
};

}  // namespace

Result<std::unique_ptr<Server>> Server::start(const ServerOptions& options, Handler& handler, Logger& logger) {
  auto core = std::make_shared<ServerCore>();
  core->options = options;
  core->options.buffer_size = std::max<std::size_t>(options.buffer_size, 4096);
  core->handler = &handler;
  core->logger = &logger;
  if (options.certificate_file.empty() != options.key_file.empty()) {
    return fail(ErrorCode::invalid, "TLS needs both a certificate file and a key file. Give both, or neither for plain HTTP.");
  }
  if (!options.certificate_file.empty()) core->tls = TRY(server_tls(options.certificate_file, options.key_file));
  core->pool = std::make_shared<BufferPool>(core->options.buffer_size, options.buffer_budget);
  const Listening listening = TRY(listen_at(options));
  return std::unique_ptr<Server>(std::make_unique<LoopServer>(std::move(core), listening));
}

}  // namespace satchel::net
