// SPDX-License-Identifier: Apache-2.0
// Phases, waiting and deadlines; bodies are in connection_read.cpp, answers in connection_answer.cpp.
#include "satchel/net/connection.hpp"

#include <algorithm>
#include <exception>
#include <utility>

namespace satchel::net {
namespace {

constexpr Duration kDrainTime{5'000}, kLingerTime{10'000};
constexpr std::uint64_t kMostDrained = 256 * 1024, kMostLingered = 64 * 1024 * 1024;
constexpr std::size_t kHeadRead = 16 * 1024;

}  // namespace

Connection::Connection(std::shared_ptr<Loop> loop, int socket, std::string peer)
    : loop_(std::move(loop)), socket_(loop_->context().get_executor(), socket), peer_(std::move(peer)) {
  const auto& tls = loop_->core().tls;
  transport_ = tls ? tls_server_transport(tls, socket) : plain_transport(socket);
  if (tls) phase_ = Phase::handshake;
}

void Connection::open(std::shared_ptr<Loop> loop, int socket, std::string peer, bool refuse) {
  auto connection = std::make_shared<Connection>(loop, socket, std::move(peer));
  loop->add(connection);
  LoopCounters::add(loop->counters().connections, 1);
  const auto& core = loop->core();
  if (core.stopping || (refuse && core.tls)) return connection->close();
  connection->deadline_in(core.tls ? core.options.head_deadline : core.options.idle_deadline);
  if (refuse) connection->refuse(503, "Too many connections are open. Try again in a moment.");
  connection->advance();
}

void Connection::deadline_in(Duration duration) { loop_->set_deadline(*this, loop_->now() + duration.count()); }

PaceLimits Connection::pace_limits() const {
  const auto& options = loop_->core().options;
  return {options.stall_deadline.count(), options.rate_grace.count(), options.minimum_rate};
}

void Connection::close() {
  if (phase_ == Phase::closed) return;
  const auto self = shared_from_this();
  phase_ = Phase::closed;
  if (waiter_) loop_->core().pool->cancel(std::exchange(waiter_, {}));
  loan_ = {};
  boost::system::error_code ignored;
  socket_.close(ignored);
  const std::uint64_t unsent = transport_->unsent();
  transport_.reset();
  loop_->remove(*this, *this);
  loop_->core().connection_gone();
  const std::uint64_t went = outgoing_.body_bytes();
  outgoing_.clear();
  std::string().swap(leftover_);
  if (auto read = std::exchange(read_, {})) read->fail_with({ErrorCode::unavailable, "The client has left.", {}, {}});
  if (auto sent = std::exchange(sent_, {})) sent({went - std::min(went, unsent), /*complete=*/false});
}

void Connection::close_if_idle() {
  if (phase_ == Phase::handshake || (phase_ == Phase::head && !head_started_)) close();
}

void Connection::expired() {
  const auto self = shared_from_this();
  switch (phase_) {
    case Phase::head:
      if (!head_started_) return close();
      refuse(408, "The request's header did not come in time. Send it again.");
      return advance();
    case Phase::exchange:
      if (answering_ || !read_) return close();
      keep_alive_ = false;
      if (waiter_) {
        read_failed({ErrorCode::unavailable, "The server is busy with other uploads. Try again in a moment.", "no buffer came back", {}});
      } else {
        read_failed({ErrorCode::deadline_exceeded, "The request's body came too slowly. Send it again.", {}, {}});
      }
      return advance();
    case Phase::handshake:
    case Phase::drain:
    case Phase::linger: return close();
    case Phase::closed: return;
  }
}

void Connection::advance() {
  again_ = true;
  if (advancing_) return;
  const auto self = shared_from_this();
  advancing_ = true;
  while (std::exchange(again_, false)) step();
  advancing_ = false;
}

void Connection::step() {
  switch (phase_) {
    case Phase::handshake: return step_handshake();
    case Phase::head: return step_head();
    case Phase::exchange:
      step_read();
      if (phase_ == Phase::exchange) step_answer();
      return;
    case Phase::drain: return step_drain();
    case Phase::linger: return step_linger();
    case Phase::closed: return;
  }
}

void Connection::wait(Ready what) {
  bool& waiting = what == Ready::read ? waiting_read_ : waiting_write_;
  if (waiting) return;
  waiting = true;
  const auto direction = what == Ready::read ? boost::asio::posix::descriptor_base::wait_read : boost::asio::posix::descriptor_base::wait_write;
  socket_.async_wait(direction, [self = shared_from_this(), what](const boost::system::error_code& ec) {
    (what == Ready::read ? self->waiting_read_ : self->waiting_write_) = false;
    if (ec || self->phase_ == Phase::closed) return;
    if (what == Ready::read) self->readable_ = true;
    self->advance();
  });
}

/// Closes where there is nothing to wait for.
void Connection::wait_for(Io::Next next) {
  switch (next) {
    case Io::Next::go_on: return;
    case Io::Next::wait_read: return wait(Ready::read);
    case Io::Next::wait_write: return wait(Ready::write);
    case Io::Next::ended:
    case Io::Next::broken: return close();
  }
}

void Connection::step_handshake() {
  readable_ = false;
  const Io io = transport_->handshake();
  if (io.next != Io::Next::go_on) return wait_for(io.next);
  if (transport_->unsent() > 0) return wait(Ready::write);
  next_request();
}

void Connection::next_request() {
  phase_ = Phase::head;
  scan_ = HeadScan(HeadScan::Kind::request);
  head_started_ = false;
  unparsed_ = !leftover_.empty();
  transport_->rest();
  if (loop_->core().stopping && !unparsed_) return close();
  deadline_in(loop_->core().options.idle_deadline);
  again_ = true;
}

void Connection::step_head() {
  if (std::exchange(unparsed_, false)) return parse(leftover_);
  if (!readable_ && !transport_->has_read_ahead()) return wait(Ready::read);
  readable_ = false;
  const auto scratch = loop_->scratch().first(kHeadRead);
  const Io io = transport_->read(scratch);
  if (io.bytes == 0) return wait_for(io.next);
  LoopCounters::add(loop_->counters().bytes_in, io.bytes);
  const std::string_view came(reinterpret_cast<const char*>(scratch.data()), io.bytes);
  if (leftover_.empty()) return parse(came);
  leftover_.append(came);
  parse(leftover_);
}

/// `bytes`: leftover_, or in the scratch memory where there is no leftover.
void Connection::parse(std::string_view bytes) {
  const auto& options = loop_->core().options;
  if (!std::exchange(head_started_, true)) deadline_in(options.head_deadline);
  auto outcome = parse_request_head(scan_, bytes, {options.head_limit, options.field_limit});
  if (auto* parsed = std::get_if<RequestParsed>(&outcome)) {
    const auto rest = bytes.substr(parsed->size);
    return begin(std::move(*parsed), rest);
  }
  if (const auto* refusal = std::get_if<HeadRefusal>(&outcome)) {
    LoopCounters::add(loop_->counters().malformed, 1);
    return refuse(refusal->status, refusal->sentence);
  }
  if (leftover_.empty()) leftover_.assign(bytes);
  again_ = true;
}

void Connection::begin(RequestParsed parsed, std::string_view rest) {
  std::string unused(rest);
  leftover_ = std::move(unused);
  loop_->clear_deadline(*this);
  LoopCounters::add(loop_->counters().requests, 1);
  phase_ = Phase::exchange;
  const std::uint64_t serial = ++serial_;
  keep_alive_ = parsed.keep_alive;
  http_1_0_ = parsed.http_1_0;
  is_head_request_ = parsed.head.method == "HEAD";
  malformed_ = false;
  incoming_.start(parsed.head);
  continue_wanted_ = parsed.head.expects_continue && !incoming_.done();
  body_bytes_ = 0;
  pace_ = {};
  held_.reset();
  parsed.head.secure = loop_->core().tls != nullptr;
  parsed.head.peer = peer_;
  again_ = true;
  try {
    loop_->core().handler->handle(make_exchange(shared_from_this(), serial, std::move(parsed.head)));
  } catch (const std::exception& error) {
    loop_->core().logger->error("net.handler_threw", {{"what", error.what()}});
  }
}

/// An answer of the server's own to what is no request; the connection ends with it.
void Connection::refuse(int status, std::string_view sentence) {
  loop_->clear_deadline(*this);
  phase_ = Phase::exchange;
  ++serial_;
  std::string().swap(leftover_);
  keep_alive_ = http_1_0_ = is_head_request_ = continue_wanted_ = false;
  malformed_ = true;
  pace_ = {};
  own_answer(status, sentence);
  again_ = true;
}

/// Reads and drops the rest of a body that the handler did not want.
void Connection::step_drain() {
  while (!incoming_.done()) {
    if (leftover_.empty() && !readable_ && !transport_->has_read_ahead()) return wait(Ready::read);
    const auto fill = incoming_.fill(*transport_, leftover_, loop_->scratch());
    readable_ = false;
    LoopCounters::add(loop_->counters().bytes_in, fill.bytes);
    discarded_ += fill.bytes;
    if (fill.malformed || discarded_ > kMostDrained) return linger();
    if (fill.next != Io::Next::go_on && fill.bytes == 0) return wait_for(fill.next);
  }
  next_request();
}

/// The client may still be sending: closing now would reset the connection and could destroy the answer on its way.
void Connection::linger() {
  phase_ = Phase::linger;
  discarded_ = 0;
  std::string().swap(leftover_);
  transport_->end_writing();
  deadline_in(std::min(kLingerTime, loop_->core().options.stall_deadline));
  readable_ = true;
  again_ = true;
}

void Connection::step_linger() {
  if (!std::exchange(readable_, false)) return wait(Ready::read);
  const Io io = transport_->read(loop_->scratch());
  discarded_ += io.bytes;
  if (discarded_ > kMostLingered) return close();
  if (io.bytes == 0) return wait_for(io.next);
  // By the reactor, so that others have their turn.
  wait(Ready::read);
}

void Connection::answer_sent() {
  const Sent all{outgoing_.body_bytes(), /*complete=*/true};
  auto sent = std::exchange(sent_, {});
  answering_ = false;
  outgoing_.clear();
  loop_->clear_deadline(*this);
  const bool tidy = !malformed_ && incoming_.done();
  discarded_ = 0;
  if (keep_alive_ && tidy) {
    next_request();
  } else if (keep_alive_) {
    phase_ = Phase::drain;
    deadline_in(std::min(kDrainTime, loop_->core().options.stall_deadline));
    again_ = true;
  } else if (tidy && leftover_.empty()) {
    transport_->end_writing();
    close();
  } else {
    linger();
  }
  if (sent) sent(all);
}

}  // namespace satchel::net
