// SPDX-License-Identifier: Apache-2.0
// The body of one request on its way in: how much of it is to come, and its bytes out of the socket. One thread.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>

#include "satchel/net/chunked.hpp"
#include "satchel/net/http.hpp"
#include "satchel/net/transport.hpp"

namespace satchel::net {

class Incoming {
 public:
  void start(const RequestHead& head);

  struct Fill {
    std::size_t bytes = 0;
    Io::Next next = Io::Next::go_on;
    bool malformed = false;
  };
  /// Fills `into` as far as bytes are there: those of `leftover`, which came with the head, then the socket's. Bytes that
  /// belong to the next request (a few KiB at most) go to `leftover`.
  Fill fill(Transport& transport, std::string& leftover, std::span<std::byte> into);

  bool done() const { return chunked_ ? chunks_.done() : remaining_ == 0; }
  /// Whether what is to come may be no more than that.
  bool may_end_within(std::uint64_t bytes) const { return (chunked_ ? chunks_.chunk_remaining() : remaining_) <= bytes; }

 private:
  Result<std::size_t> take_leftover(std::string& leftover, std::span<std::byte> into);
  Result<std::size_t> took(std::string& leftover, std::span<std::byte> bytes);

  bool chunked_ = false;
  std::uint64_t remaining_ = 0;
  ChunkDecoder chunks_;
};

}  // namespace satchel::net
