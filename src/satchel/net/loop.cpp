// SPDX-License-Identifier: Apache-2.0
#include "satchel/net/loop.hpp"

#include <signal.h>

#include <ctime>
#include <utility>
#include <vector>

#include "satchel/net/connection.hpp"

namespace satchel::net {
namespace {

std::int64_t steady_millis() {
  return std::chrono::duration_cast<std::chrono::milliseconds>(std::chrono::steady_clock::now().time_since_epoch()).count();
}

}  // namespace

void ServerCore::connection_gone() {
  if (connections.fetch_sub(1) != 1 || !stopping) return;
  const std::scoped_lock lock(mutex);
  none_left.notify_all();
}

bool ServerCore::wait_until_none(Time deadline) {
  std::unique_lock lock(mutex);
  return none_left.wait_until(lock, deadline, [&] { return connections == 0; });
}

Loop::Loop(std::shared_ptr<ServerCore> core) : core_(std::move(core)), ticker_(context_), wheel_(steady_millis()) {}

void Loop::start() {
  work_.emplace(context_.get_executor());
  thread_ = std::thread([this] {
    // sendfile(2) takes no MSG_NOSIGNAL; a client that leaves is told by the error.
    sigset_t broken_pipe;
    sigemptyset(&broken_pipe);
    sigaddset(&broken_pipe, SIGPIPE);
    pthread_sigmask(SIG_BLOCK, &broken_pipe, nullptr);
    context_.run();
  });
}

void Loop::wind_down() {
  post([this] {
    std::vector<std::shared_ptr<Connection>> all;
    for (const auto& [address, connection] : connections_) all.push_back(connection);
    for (const auto& connection : all) connection->close_if_idle();
  });
}

void Loop::end() {
  if (!thread_.joinable()) return;
  post([this] {
    auto all = std::exchange(connections_, {});
    for (const auto& [address, connection] : all) connection->close();
    ending_ = true;
    ticker_.cancel();
    work_.reset();
  });
  thread_.join();
  {
    const std::scoped_lock lock(ended_mutex_);
    ended_ = true;
  }
  // What was posted between the last turn and now.
  context_.restart();
  context_.poll();
}

std::int64_t Loop::now() const { return steady_millis(); }

std::string_view Loop::date() {
  const std::time_t second = std::time(nullptr);
  if (second != date_second_) {
    date_second_ = second;
    date_ = format_http(Time{std::chrono::seconds(second)});
  }
  return date_;
}

void Loop::set_deadline(TimerWheel::Timer& timer, std::int64_t time) {
  wheel_.set(timer, time);
  if (!ticking_ && !ending_) tick();
}

/// Ticks only while somebody has a deadline.
void Loop::tick() {
  ticking_ = true;
  ticker_.expires_after(std::chrono::milliseconds(TimerWheel::kTick));
  ticker_.async_wait([this](const boost::system::error_code& cancelled) {
    ticking_ = false;
    if (cancelled) return;
    wheel_.advance(now());
    if (!wheel_.empty() && !ticking_ && !ending_) tick();
  });
}

void Loop::add(std::shared_ptr<Connection> connection) {
  Connection* address = connection.get();
  connections_.emplace(address, std::move(connection));
}

void Loop::remove(Connection& connection, TimerWheel::Timer& timer) {
  wheel_.remove(timer);
  connections_.erase(&connection);
}

}  // namespace satchel::net
