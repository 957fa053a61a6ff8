// SPDX-License-Identifier: Apache-2.0
#include "satchel/objects/incoming.hpp"

#include <fmt/format.h>

namespace satchel::objects {
namespace {

std::unexpected<Error> wrong_length(std::uint64_t declared, std::string_view found) {
  return fail(ErrorCode::invalid, fmt::format("{} bytes were declared, and {} came. Send exactly what was declared.", declared, found), {}, "wrong_length");
}

}  // namespace

Result<void> Engine::Incoming::append(std::span<const std::byte> bytes) {
  if (failed_) return fail(ErrorCode::internal, "Something went wrong on our side.", "append after an error");
  failed_ = true;
  if (bytes.size() > length_ - hasher_.size()) return wrong_length(length_, "more");
  hasher_.update(bytes);
  if (arrival_.blob) TRY(heed(arrival_.blob->append(bytes)));
  else arrival_.payload.append(reinterpret_cast<const char*>(bytes.data()), bytes.size());
  failed_ = false;
  return {};
}

Result<void> Engine::Incoming::heed(Result<void> done) {
  if (!done && done.error().type == kSyncFailed) engine_->index_->poison(done.error().detail);
  return done;
}

Result<Content> Engine::Incoming::commit(const Expected& expected) {
  if (failed_) return fail(ErrorCode::internal, "Something went wrong on our side.", "commit after an error");
  failed_ = true;
  if (hasher_.size() != length_) return wrong_length(length_, std::to_string(hasher_.size()));
  arrival_.content = TRY(hasher_.finish(expected));
  if (arrival_.blob) TRY(heed(arrival_.blob->sync()));
  TRY(publish_(arrival_));
  return arrival_.content;
}

}  // namespace satchel::objects
