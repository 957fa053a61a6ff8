// SPDX-License-Identifier: Apache-2.0
// One connection of the server: heads in, exchanges to the handler, answers out, deadlines for each phase. Lives on one loop and
// only there; the exchange it hands out brings other threads' calls over. Every outside event ends in advance(), which takes steps
// until nothing more can be done, so no callback ever runs inside another step.
#pragma once

#include <boost/asio/io_context.hpp>
#include <boost/asio/posix/basic_stream_descriptor.hpp>

#include <atomic>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "satchel/net/buffer_pool.hpp"
#include "satchel/net/head_parser.hpp"
#include "satchel/net/incoming.hpp"
#include "satchel/net/loop.hpp"
#include "satchel/net/outgoing.hpp"
#include "satchel/net/pace.hpp"
#include "satchel/net/server.hpp"
#include "satchel/net/timer_wheel.hpp"
#include "satchel/net/transport.hpp"

namespace satchel::net {

class Connection final : public std::enable_shared_from_this<Connection>, private TimerWheel::Timer {
 public:
  /// `socket` is non-blocking, counted in the core, and owned from here on. `refuse`: there are too many; says so and ends.
  static void open(std::shared_ptr<Loop> loop, int socket, std::string peer, bool refuse);
  Connection(std::shared_ptr<Loop> loop, int socket, std::string peer);
  ~Connection() override = default;

  Loop& loop() { return *loop_; }
  void close();
  void close_if_idle();

  // For the exchange of that serial; a call of one that is over ends in an error or nothing.
  struct Read {
    Exchange::ReadCallback piece;  // or:
    std::move_only_function<void(Result<std::string>)> whole;
    std::size_t limit = 0;
    std::string text = {};
    void fail_with(Error error);
  };
  void read(std::uint64_t serial, Read read);
  struct Answer {
    ResponseHead head;
    AnswerBody body;
    std::optional<std::uint64_t> length;  // of a source
    Exchange::SentCallback done;
  };
  void respond(std::uint64_t serial, Answer answer);
  void abandon(std::uint64_t serial);

 private:
  enum class Phase { handshake, head, exchange, drain, linger, closed };
  enum class Ready { read, write };

  void expired() override;
  void advance();
  void step();
  void step_handshake();
  void step_head();
  void step_drain();
  void step_linger();
  void wait(Ready what);
  void wait_for(Io::Next next);
  void deadline_in(Duration duration);
  PaceLimits pace_limits() const;

  void parse(std::string_view bytes);
  void begin(RequestParsed parsed, std::string_view rest);
  void refuse(int status, std::string_view sentence);
  void next_request();
  void linger();

  void step_read();
  bool say_continue();
  void fill_whole();
  void fill_piece();
  bool get_loan();
  Buffer lend(std::size_t size);
  void after_fill(const Incoming::Fill& fill);
  void read_failed(Error error);

  void start_answer(Answer answer);
  bool stays_open(const ResponseHead& head) const;
  void step_answer();
  void ask_source();
  void answer_sent();
  void own_answer(int status, std::string_view sentence);

  std::shared_ptr<Loop> loop_;  // an exchange that outlives the server may be the last to hold it
  boost::asio::posix::basic_stream_descriptor<boost::asio::io_context::executor_type> socket_;
  std::unique_ptr<Transport> transport_;
  std::string peer_;

  Phase phase_ = Phase::head;
  bool advancing_ = false, again_ = false;
  bool waiting_read_ = false, waiting_write_ = false, readable_ = false;

  // The request.
  HeadScan scan_{HeadScan::Kind::request};
  std::string leftover_;  // read and not used: a part of a head, the start of a body, the next request
  bool head_started_ = false, unparsed_ = false;
  std::uint64_t serial_ = 0;
  bool is_head_request_ = false, keep_alive_ = true, http_1_0_ = false, malformed_ = false;
  bool continue_wanted_ = false;  // the client waits for our 100 before it sends its body
  std::string interim_;           // of the 100 Continue: what is not sent yet
  Incoming incoming_;
  std::uint64_t body_bytes_ = 0;
  std::uint64_t discarded_ = 0;
  Pace pace_;
  std::optional<Read> read_;
  BufferPool::Loan loan_;
  std::shared_ptr<BufferPool::Waiter> waiter_;  // shared with the pool's queue
  std::shared_ptr<std::atomic<int>> held_;      // buffers of this exchange; shared with each of them

  // The answer.
  bool answering_ = false, asked_source_ = false, source_failed_ = false;
  Outgoing outgoing_;
  Exchange::SentCallback sent_;
};

/// The exchange that a handler gets.
std::unique_ptr<Exchange> make_exchange(std::shared_ptr<Connection> connection, std::uint64_t serial, RequestHead head);

}  // namespace satchel::net
