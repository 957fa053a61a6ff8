// SPDX-License-Identifier: Apache-2.0
// An Exchange on its way through the gateway: whoever answers it, the answer gets the security headers and the request id, and its
// end is counted and logged, once.
#pragma once

#include <memory>
#include <string>

#include "satchel/base/clock.hpp"
#include "satchel/gateway/metrics.hpp"
#include "satchel/gateway/security_headers.hpp"
#include "satchel/net/server.hpp"
#include "satchel/runtime/access_log.hpp"

namespace satchel::gateway {

/// What the answers of one gateway share; outlives them.
struct AnswerMeans {
  const SecurityHeaders& security;
  const Clock& clock;
  Logger& logger;
  Metrics& metrics;
};

/// What is known of one request before it is answered.
struct Note {
  Time began{};
  AccessLine line;
  std::string series;  // of the metrics
  Kind kind = Kind::data;
  bool hide_from_search = false;
};

class Answer final : public net::Exchange {
 public:
  Answer(const AnswerMeans& means, std::unique_ptr<net::Exchange> inner);
  ~Answer() override;

  /// To be filled in before respond().
  Note& note() { return *note_; }

  const net::RequestHead& head() const override { return inner_->head(); }
  void read(ReadCallback callback) override { inner_->read(std::move(callback)); }
  void read_all(std::size_t limit, std::move_only_function<void(Result<std::string>)> callback) override { inner_->read_all(limit, std::move(callback)); }
  void respond(net::ResponseHead head, std::string body, SentCallback done = {}) override;
  void respond(net::ResponseHead head, std::vector<net::FileSlice> body, SentCallback done = {}) override;
  void respond(net::ResponseHead head, std::unique_ptr<net::BodySource> body, std::optional<std::uint64_t> length, SentCallback done = {}) override;

 private:
  SentCallback finish(net::ResponseHead& head, SentCallback done);

  const AnswerMeans* means_;
  std::unique_ptr<net::Exchange> inner_;
  std::unique_ptr<Note> note_;  // goes into the callback, which outlives this
};

}  // namespace satchel::gateway
