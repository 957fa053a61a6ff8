// SPDX-License-Identifier: Apache-2.0
#include "satchel/objects/intake.hpp"

#include <utility>

#include "satchel/objects/failure.hpp"

namespace satchel::objects {
namespace {

/// What the client did not finish is its error, whatever became of the connection.
Error of_body(const Error& error) {
  if (error.code == ErrorCode::deadline_exceeded) return {error.code, "The body came too slowly. Send it again.", error.detail, "RequestTimeout"};
  if (error.code == ErrorCode::invalid || error.code == ErrorCode::unavailable) {
    return {ErrorCode::invalid, "The body ended before its declared length. Send it again.", error.detail, "IncompleteBody"};
  }
  return error;
}

/// Shared by the callback that waits for a buffer and the job that appends it; one of them at a time.
class Intake : public std::enable_shared_from_this<Intake> {
 public:
  Intake(Asked asked, std::unique_ptr<Writer> writer, BodyClaims claims, Workers& workers, Logger& log, IntakeDone done)
      : asked_(std::move(asked)), writer_(std::move(writer)), claims_(std::move(claims)), workers_(&workers), log_(&log), done_(std::move(done)) {}

  void ask() {
    asked_.exchange->read([self = shared_from_this()](Result<net::Buffer> buffer) {
      self->workers_->post([self, buffer = std::move(buffer)]() mutable { self->take(std::move(buffer)); });
    });
  }

 private:
  void take(Result<net::Buffer> buffer) {
    if (!buffer) return refuse_it(of_body(buffer.error()));
    if (buffer->empty()) return finish();
    if (claims_.crc32) crc32_ = crc32(buffer->bytes(), crc32_);
    if (const auto appended = writer_->append(buffer->bytes()); !appended) return refuse_it(appended.error());
    buffer = net::Buffer();  // back to the budget before more is asked for
    ask();
  }

  void finish() {
    if (claims_.crc32 && *claims_.crc32 != crc32_) {
      return refuse_it({ErrorCode::invalid, "The bytes do not have the checksum declared. Send them again.", {}, "BadDigest"});
    }
    auto content = writer_->commit(claims_.expected);
    writer_.reset();
    if (!content) return refuse_it(content.error());
    done_(asked_, *content);
  }

  void refuse_it(const Error& error) {
    writer_.reset();  // nothing is left when the client hears of it
    answer_error(asked_, error, *log_);
  }

  Asked asked_;
  std::unique_ptr<Writer> writer_;
  BodyClaims claims_;
  Workers* workers_;
  Logger* log_;
  IntakeDone done_;
  std::uint32_t crc32_ = 0;
};

}  // namespace

void take_in(Asked asked, std::unique_ptr<Writer> writer, BodyClaims claims, Workers& workers, Logger& log, IntakeDone done) {
  std::make_shared<Intake>(std::move(asked), std::move(writer), std::move(claims), workers, log, std::move(done))->ask();
}

}  // namespace satchel::objects
