// SPDX-License-Identifier: Apache-2.0
#include "satchel/net/chunked.hpp"

#include <algorithm>
#include <cstring>

namespace satchel::net {
namespace {

constexpr std::uint32_t kMostDigits = 16;
constexpr std::uint32_t kMostTrailerBytes = 8 * 1024;

int digit_of(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return -1;
}

}  // namespace

bool ChunkDecoder::expect(char c, char wanted, State next) {
  if (c != wanted) return false;
  state_ = next;
  return true;
}

bool ChunkDecoder::take_digit(char c) {
  const int digit = digit_of(c);
  if (digit >= 0) {
    if (state_ == State::size_start) remaining_ = digits_ = 0;
    state_ = State::size;
    remaining_ = remaining_ * 16 + static_cast<std::uint64_t>(digit);
    return ++digits_ <= kMostDigits && remaining_ < (1ULL << 62);
  }
  return state_ == State::size && expect(c, '\r', State::size_lf);
}

bool ChunkDecoder::take_trailer(char c) {
  if (++trailer_bytes_ > kMostTrailerBytes) return false;
  if (c == '\r') {
    state_ = state_ == State::trailer_start ? State::end_lf : State::trailer_lf;
    return true;
  }
  const auto byte = static_cast<unsigned char>(c);
  const bool text = (byte >= 0x20 && byte != 0x7f) || c == '\t';
  if (!text || (state_ == State::trailer_start && (c == ' ' || c == '\t'))) return false;
  state_ = State::trailer;
  return true;
}

/// One byte of the framing. False: it is broken.
bool ChunkDecoder::take(char c) {
  switch (state_) {
    case State::size_start:
    case State::size: return take_digit(c);
    case State::size_lf: return expect(c, '\n', remaining_ == 0 ? State::trailer_start : State::data);
    case State::data_cr: return expect(c, '\r', State::data_lf);
    case State::data_lf: return expect(c, '\n', State::size_start);
    case State::trailer_start:
    case State::trailer: return take_trailer(c);
    case State::trailer_lf: return expect(c, '\n', State::trailer_start);
    case State::end_lf: return expect(c, '\n', State::done);
    case State::data:
    case State::done: break;
  }
  return false;
}

Result<ChunkDecoder::Step> ChunkDecoder::decode(std::span<const std::byte> in, std::span<std::byte> out) {
  Step step;
  while (step.consumed < in.size() && state_ != State::done) {
    if (state_ != State::data) {
      if (take(static_cast<char>(in[step.consumed++]))) continue;
      return fail(ErrorCode::invalid, "The request's chunked body is malformed.");
    }
    const auto room = std::min(in.size() - step.consumed, out.size() - step.produced);
    if (room == 0) break;
    const auto part = static_cast<std::size_t>(std::min<std::uint64_t>(room, remaining_));
    std::memmove(out.data() + step.produced, in.data() + step.consumed, part);
    step.consumed += part;
    step.produced += part;
    remaining_ -= part;
    if (remaining_ == 0) state_ = State::data_cr;
  }
  return step;
}

}  // namespace satchel::net
