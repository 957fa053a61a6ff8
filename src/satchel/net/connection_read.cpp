// SPDX-License-Identifier: Apache-2.0
// The body of a request on its way to the handler.
#include <algorithm>
#include <utility>

#include "satchel/base/encoding.hpp"
#include "satchel/net/connection.hpp"

namespace satchel::net {
namespace {

constexpr std::string_view kContinue = "HTTP/1.1 100 Continue\r\n\r\n";

Error gone() { return {ErrorCode::unavailable, "The client has left.", {}, {}}; }
Error too_large() { return {ErrorCode::too_large, "The request's body is larger than this address takes. Send less.", {}, {}}; }

/// What a Buffer keeps: its memory, and that its exchange holds one more.
struct Lent {
  BufferPool::Loan loan;
  std::shared_ptr<std::atomic<int>> held;

  Lent(BufferPool::Loan memory, std::shared_ptr<std::atomic<int>> counter) : loan(std::move(memory)), held(std::move(counter)) { ++*held; }
  ~Lent() { --*held; }
  Lent(const Lent&) = delete;
  Lent& operator=(const Lent&) = delete;
};

}  // namespace

void Connection::Read::fail_with(Error error) {
  if (whole) return std::exchange(whole, {})(std::unexpected(std::move(error)));
  if (piece) std::exchange(piece, {})(std::unexpected(std::move(error)));
}

void Connection::read(std::uint64_t serial, Read read) {
  if (phase_ != Phase::exchange || serial != serial_ || answering_ || read_) return read.fail_with(gone());
  if (malformed_) return read.fail_with({ErrorCode::invalid, "The request's chunked body is malformed.", {}, {}});
  read_ = std::move(read);
  advance();
}

void Connection::read_failed(Error error) {
  if (waiter_) loop_->core().pool->cancel(std::exchange(waiter_, {}));
  loan_ = {};
  loop_->clear_deadline(*this);
  if (auto read = std::exchange(read_, {})) read->fail_with(std::move(error));
}

/// False: the socket does not take it now.
bool Connection::say_continue() {
  if (std::exchange(continue_wanted_, false) && leftover_.empty()) interim_ = kContinue;
  if (interim_.empty()) return true;
  Io io = transport_->write(as_bytes(interim_), /*more=*/false);
  interim_.erase(0, io.bytes);
  if (io.next == Io::Next::go_on) io = transport_->flush();
  if (io.next == Io::Next::go_on) return true;
  wait_for(io.next);
  return false;
}

void Connection::step_read() {
  if (!read_) return;
  if (incoming_.done()) {
    Read read = std::move(*std::exchange(read_, {}));
    loop_->clear_deadline(*this);
    again_ = true;
    if (read.whole) return read.whole(std::move(read.text));
    return read.piece(Buffer());
  }
  if (read_->whole && !incoming_.may_end_within(read_->limit - read_->text.size())) return read_failed(too_large());
  if (!say_continue()) {
    if (phase_ != Phase::closed) loop_->set_deadline(*this, pace_.wait(loop_->now(), body_bytes_, pace_limits()));
    return;
  }
  if (leftover_.empty() && !readable_ && !transport_->has_read_ahead()) {
    loop_->set_deadline(*this, pace_.wait(loop_->now(), body_bytes_, pace_limits()));
    return wait(Ready::read);
  }
  pace_.moved(loop_->now());
  if (read_->whole) return fill_whole();
  if (get_loan()) fill_piece();
}

void Connection::fill_whole() {
  const auto scratch = loop_->scratch();
  const auto fill = incoming_.fill(*transport_, leftover_, scratch);
  readable_ = false;
  if (read_->text.size() + fill.bytes > read_->limit) return read_failed(too_large());
  read_->text.append(reinterpret_cast<const char*>(scratch.data()), fill.bytes);
  after_fill(fill);
}

/// Waits in the pool's queue where no buffer is free.
bool Connection::get_loan() {
  if (loan_) return true;
  if (waiter_) return false;
  auto& pool = *loop_->core().pool;
  if (!held_) held_ = std::make_shared<std::atomic<int>>(0);
  if ((loan_ = pool.try_take())) return true;
  deadline_in(loop_->core().options.stall_deadline);
  waiter_ = pool.wait(*held_ > 0, [self = shared_from_this(), serial = serial_](BufferPool::Loan loan) mutable {
    self->loop_->post([self, serial, loan = std::move(loan)]() mutable {
      if (self->phase_ != Phase::exchange || self->serial_ != serial || !self->read_) return;
      self->waiter_.reset();
      self->loan_ = std::move(loan);
      self->advance();
    });
  });
  return false;
}

Buffer Connection::lend(std::size_t size) {
  // Shared, since std::function asks for something that can be copied.
  auto lent = std::make_shared<Lent>(std::move(loan_), held_);
  std::byte* memory = lent->loan.memory();
  return Buffer(memory, size, [lent = std::move(lent)](std::byte*) mutable { lent.reset(); });
}

void Connection::fill_piece() {
  const auto fill = incoming_.fill(*transport_, leftover_, {loan_.memory(), loop_->core().options.buffer_size});
  readable_ = false;
  if (fill.bytes == 0 || fill.malformed) {
    loan_ = {};
    return after_fill(fill);
  }
  body_bytes_ += fill.bytes;
  LoopCounters::add(loop_->counters().bytes_in, fill.bytes);
  loop_->clear_deadline(*this);
  Read read = std::move(*std::exchange(read_, {}));
  again_ = true;
  read.piece(lend(fill.bytes));
}

/// What a fill that completed nothing means.
void Connection::after_fill(const Incoming::Fill& fill) {
  body_bytes_ += fill.bytes;
  LoopCounters::add(loop_->counters().bytes_in, fill.bytes);
  if (fill.malformed) {
    malformed_ = true;
    keep_alive_ = false;
    LoopCounters::add(loop_->counters().malformed, 1);
    return read_failed({ErrorCode::invalid, "The request's chunked body is malformed.", {}, {}});
  }
  if (fill.next == Io::Next::ended || fill.next == Io::Next::broken) {
    malformed_ = true;
    keep_alive_ = false;
    return read_failed(gone());
  }
  if (incoming_.done()) {
    again_ = true;
    return;
  }
  loop_->set_deadline(*this, pace_.wait(loop_->now(), body_bytes_, pace_limits()));
  wait(fill.next == Io::Next::wait_write ? Ready::write : Ready::read);
}

}  // namespace satchel::net
