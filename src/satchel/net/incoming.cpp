// SPDX-License-Identifier: Apache-2.0
#include "satchel/net/incoming.hpp"

#include <algorithm>
#include <cstring>

#include "satchel/base/encoding.hpp"

namespace satchel::net {
namespace {

// What is read past the end of a chunk, and so perhaps past the end of the body.
constexpr std::uint64_t kReadAhead = 16 * 1024;

}  // namespace

void Incoming::start(const RequestHead& head) {
  chunked_ = head.chunked;
  remaining_ = head.content_length.value_or(0);
  chunks_ = {};
}

Result<std::size_t> Incoming::take_leftover(std::string& leftover, std::span<std::byte> into) {
  std::size_t consumed = 0, produced = 0;
  if (chunked_) {
    const auto step = TRY(chunks_.decode(as_bytes(leftover), into));
    consumed = step.consumed;
    produced = step.produced;
  } else {
    consumed = produced = static_cast<std::size_t>(std::min<std::uint64_t>(remaining_, std::min(leftover.size(), into.size())));
    std::memcpy(into.data(), leftover.data(), produced);
    remaining_ -= produced;
  }
  if (consumed == leftover.size()) {
    std::string().swap(leftover);
  } else {
    leftover.erase(0, consumed);
  }
  return produced;
}

/// Those bytes have come from the socket, into the place where they are wanted.
Result<std::size_t> Incoming::took(std::string& leftover, std::span<std::byte> bytes) {
  if (!chunked_) {
    remaining_ -= bytes.size();
    return bytes.size();
  }
  // In place, the decoded bytes are never further than the coded ones; what is not consumed lies behind the body's end.
  const auto step = TRY(chunks_.decode(bytes, bytes));
  const auto rest = bytes.subspan(step.consumed);
  leftover.append(reinterpret_cast<const char*>(rest.data()), rest.size());
  return step.produced;
}

Incoming::Fill Incoming::fill(Transport& transport, std::string& leftover, std::span<std::byte> into) {
  Fill fill;
  while (!done() && fill.bytes < into.size()) {
    const auto room = into.subspan(fill.bytes);
    Result<std::size_t> more = std::size_t{0};
    if (!leftover.empty()) {
      more = take_leftover(leftover, room);
    } else {
      const auto most = chunked_ ? chunks_.chunk_remaining() + kReadAhead : remaining_;
      const auto wanted = room.first(static_cast<std::size_t>(std::min<std::uint64_t>(room.size(), most)));
      const Io io = transport.read(wanted);
      if (io.bytes == 0) {
        fill.next = io.next;
        return fill;
      }
      more = took(leftover, wanted.first(io.bytes));
    }
    if (!more) {
      fill.malformed = true;
      return fill;
    }
    fill.bytes += *more;
  }
  return fill;
}

}  // namespace satchel::net
