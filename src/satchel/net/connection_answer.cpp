// SPDX-License-Identifier: Apache-2.0
// The answer of a request on its way out.
#include <algorithm>
#include <numeric>
#include <utility>

#include "satchel/net/connection.hpp"
#include "satchel/net/head_writer.hpp"

namespace satchel::net {
namespace {

// What of an unwanted body is read and dropped so that the connection can go on.
constexpr std::uint64_t kWorthDraining = 256 * 1024;

std::optional<std::uint64_t> length_of(const Connection::Answer& answer) {
  if (const auto* text = std::get_if<std::string>(&answer.body)) return text->size();
  if (const auto* slices = std::get_if<std::vector<FileSlice>>(&answer.body)) {
    return std::accumulate(slices->begin(), slices->end(), std::uint64_t{0}, [](std::uint64_t sum, const FileSlice& slice) { return sum + slice.length; });
  }
  return answer.length;
}

bool asks_to_close(const ResponseHead& head) {
  return std::ranges::any_of(head.fields, [](const Field& field) { return to_lower(field.name) == "connection" && to_lower(field.value) == "close"; });
}

}  // namespace

void Connection::respond(std::uint64_t serial, Answer answer) {
  if (phase_ != Phase::exchange || serial != serial_ || answering_) {
    if (answer.done) answer.done({0, /*complete=*/false});
    return;
  }
  if (read_) read_failed({ErrorCode::unavailable, "The request has been answered.", "respond() during read()", {}});
  if (phase_ == Phase::exchange) start_answer(std::move(answer));
  advance();
}

void Connection::abandon(std::uint64_t serial) {
  if (phase_ != Phase::exchange || serial != serial_ || answering_) return;
  loop_->core().logger->error("net.no_answer", {});
  own_answer(500, "The server failed to answer this. Try again; if it goes on, tell its administrator.");
  advance();
}

void Connection::own_answer(int status, std::string_view sentence) {
  keep_alive_ = false;
  ResponseHead head{status, {{"Content-Type", "application/problem+json"}, {"Cache-Control", "no-store"}}};
  if (status == 503) head.fields.add("Retry-After", "1");
  start_answer({std::move(head), loop_->core().handler->problem(status, sentence), {}, {}});
}

/// Whether another request may follow. A client that asked before sending and was never told to go on may or may not send its
/// body: what comes next on that connection could be either.
bool Connection::stays_open(const ResponseHead& head) const {
  return keep_alive_ && !malformed_ && !loop_->core().stopping && !(continue_wanted_ && leftover_.empty()) &&
         incoming_.may_end_within(kWorthDraining) && !asks_to_close(head);
}

void Connection::start_answer(Answer answer) {
  const bool with_body = has_body(answer.head.status);
  AnswerFraming framing{.content_length = length_of(answer), .http_1_0 = http_1_0_};
  framing.chunked = with_body && !framing.content_length && !http_1_0_;
  keep_alive_ = stays_open(answer.head) && (framing.content_length || framing.chunked || !with_body);
  framing.keep_alive = keep_alive_;
  if (!with_body) framing.content_length.reset();

  std::string text = write_head(answer.head, framing, loop_->date());
  if (text.empty()) {
    loop_->core().logger->error("net.answer_refused", {{"reason", "a field that cannot be written"}});
    if (answer.done) answer.done({0, /*complete=*/false});
    return own_answer(500, "The server made an answer that cannot be sent. Tell its administrator.");
  }
  answering_ = true;
  asked_source_ = source_failed_ = false;
  sent_ = std::move(answer.done);
  pace_ = {};
  loop_->clear_deadline(*this);
  if (!with_body || is_head_request_) answer.body = std::string();
  const bool sourced = std::holds_alternative<std::unique_ptr<BodySource>>(answer.body);
  outgoing_.start(interim_ + text, std::move(answer.body), sourced ? framing.content_length : std::nullopt, sourced && framing.chunked);
  interim_.clear();
}

void Connection::step_answer() {
  if (!answering_ || asked_source_) return;
  if (source_failed_) return close();
  const std::uint64_t before = outgoing_.wire_bytes();
  const auto next = outgoing_.pump(*transport_);
  LoopCounters::add(loop_->counters().bytes_out, outgoing_.wire_bytes() - before);
  switch (next) {
    case Outgoing::Next::done: return answer_sent();
    case Outgoing::Next::yield: return loop_->post([self = shared_from_this()] { self->advance(); });
    case Outgoing::Next::wait_source: return ask_source();
    case Outgoing::Next::broken: return close();
    case Outgoing::Next::wait_read:
    case Outgoing::Next::wait_write: break;
  }
  // What TLS still holds has been taken, but has not gone.
  const std::uint64_t gone = outgoing_.wire_bytes() - std::min<std::uint64_t>(outgoing_.wire_bytes(), transport_->unsent());
  loop_->set_deadline(*this, pace_.wait(loop_->now(), gone, pace_limits()));
  wait(next == Outgoing::Next::wait_read ? Ready::read : Ready::write);
}

void Connection::ask_source() {
  asked_source_ = true;
  pace_.moved(loop_->now());
  deadline_in(loop_->core().options.stall_deadline);
  outgoing_.source().next([self = shared_from_this(), serial = serial_](Result<std::string> piece) mutable {
    auto& loop = *self->loop_;
    loop.dispatch([self = std::move(self), serial, piece = std::move(piece)]() mutable {
      if (self->phase_ != Phase::exchange || self->serial_ != serial || !self->asked_source_) return;
      self->asked_source_ = false;
      self->loop_->clear_deadline(*self);
      // Not closed here: this may run within the source's next().
      self->source_failed_ = !self->outgoing_.source_gave(std::move(piece));
      self->advance();
    });
  });
}

}  // namespace satchel::net
