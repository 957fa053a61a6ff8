// SPDX-License-Identifier: Apache-2.0
#include "satchel/gateway/answer.hpp"

#include <utility>

namespace satchel::gateway {
namespace {

void record(const AnswerMeans& means, Note& note, const net::Sent& sent) {
  note.line.took = means.clock.now() - note.began;
  note.line.bytes = sent.body_bytes;
  note.line.complete = sent.complete;
  means.metrics.count(note.series, note.line.status, note.line.took, sent.body_bytes);
  log_access(means.logger, note.line);
}

}  // namespace

Answer::Answer(const AnswerMeans& means, std::unique_ptr<net::Exchange> inner)
    : means_(&means), inner_(std::move(inner)), note_(std::make_unique<Note>()) {}

Answer::~Answer() {
  if (!note_) return;
  note_->line.status = 500;  // nobody answered, so the server will
  record(*means_, *note_, {.body_bytes = 0, .complete = false});
}

net::Exchange::SentCallback Answer::finish(net::ResponseHead& head, SentCallback done) {
  means_->security.add_to(head, note_->kind);
  if (note_->hide_from_search) head.fields.add("x-robots-tag", "noindex, nofollow");
  if (!head.fields.find("x-request-id")) head.fields.add("x-request-id", note_->line.request_id);
  note_->line.status = head.status;
  return [means = means_, note = std::move(note_), done = std::move(done)](net::Sent sent) mutable {
    record(*means, *note, sent);
    if (done) done(sent);
  };
}

void Answer::respond(net::ResponseHead head, std::string body, SentCallback done) {
  auto finished = finish(head, std::move(done));
  inner_->respond(std::move(head), std::move(body), std::move(finished));
}

void Answer::respond(net::ResponseHead head, std::vector<net::FileSlice> body, SentCallback done) {
  auto finished = finish(head, std::move(done));
  inner_->respond(std::move(head), std::move(body), std::move(finished));
}

void Answer::respond(net::ResponseHead head, std::unique_ptr<net::BodySource> body, std::optional<std::uint64_t> length, SentCallback done) {
  auto finished = finish(head, std::move(done));
  inner_->respond(std::move(head), std::move(body), length, std::move(finished));
}

}  // namespace satchel::gateway
