// SPDX-License-Identifier: Apache-2.0
// The chunked transfer coding (RFC 9112 section 7.1), decoded as bytes come, in no memory of its own. Strict and bounded: no
// chunk extensions, sizes of at most 16 digits, trailers of at most 8 KiB, which are checked and dropped. Pure.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

#include "satchel/base/result.hpp"

namespace satchel::net {

class ChunkDecoder {
 public:
  struct Step {
    std::size_t consumed = 0, produced = 0;
  };
  /// Decodes until `in` or `out` is used up or the body has ended. `out` may be the start of the same memory as `in`, or lie
  /// before it. Error: invalid; nothing can be decoded after one.
  Result<Step> decode(std::span<const std::byte> in, std::span<std::byte> out);

  bool done() const { return state_ == State::done; }
  /// Data bytes of the present chunk that have not come.
  std::uint64_t chunk_remaining() const { return state_ == State::data ? remaining_ : 0; }

 private:
  enum class State { size_start, size, size_lf, data, data_cr, data_lf, trailer_start, trailer, trailer_lf, end_lf, done };
  bool take(char c);
  bool take_digit(char c);
  bool take_trailer(char c);
  bool expect(char c, char wanted, State next);

  State state_ = State::size_start;
  std::uint64_t remaining_ = 0;
  std::uint32_t digits_ = 0, trailer_bytes_ = 0;
};

}  // namespace satchel::net
