// SPDX-License-Identifier: Apache-2.0
// One event loop: a thread, its epoll (Boost.Asio), its timer wheel and the connections that live on it. Everything of a
// connection happens on its loop's thread; other threads reach it by dispatch() and post().
#pragma once

#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/steady_timer.hpp>

#include <array>
#include <atomic>
#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <memory>
#include <mutex>
#include <optional>
#include <span>
#include <string>
#include <thread>
#include <unordered_map>

#include "satchel/net/buffer_pool.hpp"
#include "satchel/net/server.hpp"
#include "satchel/net/timer_wheel.hpp"
#include "satchel/net/transport.hpp"

namespace satchel::net {

class Connection;

/// What all loops of one server share. handler and logger may be gone once the server is: only open connections use them.
struct ServerCore {
  ServerOptions options;
  Handler* handler = nullptr;
  Logger* logger = nullptr;
  TlsContext tls;
  std::shared_ptr<BufferPool> pool;
  std::atomic<bool> stopping = false;

  // Connections that are open or on their way to a loop.
  std::atomic<std::size_t> connections = 0;
  std::mutex mutex;
  std::condition_variable none_left;

  void connection_gone();
  /// False: some are left at the deadline.
  bool wait_until_none(Time deadline);
};

/// Written by the loop's thread alone, read by any.
struct LoopCounters {
  std::atomic<std::uint64_t> connections = 0, requests = 0, malformed = 0, bytes_in = 0, bytes_out = 0;
  static void add(std::atomic<std::uint64_t>& counter, std::uint64_t more) {
    counter.store(counter.load(std::memory_order_relaxed) + more, std::memory_order_relaxed);
  }
};

class Loop : public std::enable_shared_from_this<Loop> {
 public:
  explicit Loop(std::shared_ptr<ServerCore> core);
  Loop(const Loop&) = delete;
  Loop& operator=(const Loop&) = delete;

  void start();
  /// Tells idle connections to go and the others to end with what they do.
  void wind_down();
  /// Cuts every connection and joins the thread. What is posted later runs on the thread that posts it.
  void end();

  boost::asio::io_context& context() { return context_; }
  ServerCore& core() { return *core_; }
  LoopCounters& counters() { return counters_; }
  bool here() { return context_.get_executor().running_in_this_thread(); }

  /// Runs the task on the loop's thread, after this.
  template <class Task>
  void post(Task task) {
    {
      const std::scoped_lock lock(ended_mutex_);
      if (!ended_) {
        boost::asio::post(context_, std::move(task));
        return;
      }
    }
    task();
  }
  /// The same, but at once where this is the loop's thread.
  template <class Task>
  void dispatch(Task task) {
    if (here()) {
      task();
    } else {
      post(std::move(task));
    }
  }

  // On the loop's thread:
  std::int64_t now() const;
  std::string_view date();
  void set_deadline(TimerWheel::Timer& timer, std::int64_t time);
  void clear_deadline(TimerWheel::Timer& timer) { wheel_.clear(timer); }
  /// Memory for whoever runs just now.
  std::span<std::byte> scratch() { return scratch_; }
  void add(std::shared_ptr<Connection> connection);
  void remove(Connection& connection, TimerWheel::Timer& timer);

 private:
  void tick();

  std::shared_ptr<ServerCore> core_;  // lives as long as the last connection that some exchange still holds
  boost::asio::io_context context_{1};
  std::optional<boost::asio::executor_work_guard<boost::asio::io_context::executor_type>> work_;
  boost::asio::steady_timer ticker_;
  bool ticking_ = false, ending_ = false;
  TimerWheel wheel_;
  LoopCounters counters_;
  std::array<std::byte, 32 * 1024> scratch_;
  std::time_t date_second_ = 0;
  std::string date_;
  std::unordered_map<Connection*, std::shared_ptr<Connection>> connections_;
  std::mutex ended_mutex_;
  bool ended_ = false;
  std::thread thread_;
};

}  // namespace satchel::net
