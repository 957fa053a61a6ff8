// SPDX-License-Identifier: Apache-2.0
#include "satchel/net/chunked.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <string>
#include <vector>

#include "satchel/base/encoding.hpp"

namespace satchel::net {
namespace {

/// What comes out when the bytes come in pieces of `piece`; "!" where the framing is refused, "…" where the end is missing.
std::string decode(std::string_view bytes, std::size_t piece, std::size_t* consumed = nullptr) {
  ChunkDecoder decoder;
  std::string text;
  std::size_t at = 0;
  while (at < bytes.size() && !decoder.done()) {
    const auto part = as_bytes(bytes.substr(at, std::min(piece, bytes.size() - at)));
    std::vector<std::byte> out(part.size());
    const auto step = decoder.decode(part, out);
    if (!step) return text + "!";
    text.append(reinterpret_cast<const char*>(out.data()), step->produced);
    at += step->consumed;
  }
  if (consumed) *consumed = at;
  return decoder.done() ? text : text + "…";
}

TEST(ChunkDecoder, GivesTheSameHoweverTheBytesAreCut) {
  const std::string bytes = "5\r\nhello\r\n00B\r\n, you there\r\n0\r\nTrailer: x\r\n\r\nGET /";
  for (std::size_t piece = 1; piece <= bytes.size(); ++piece) {
    std::size_t consumed = 0;
    EXPECT_EQ(decode(bytes, piece, &consumed), "hello, you there") << piece;
    EXPECT_EQ(bytes.substr(consumed), "GET /") << piece;
  }
}

TEST(ChunkDecoder, DecodesInPlace) {
  std::string memory = "3\r\nabc\r\n4\r\ndefg\r\n0\r\n\r\n";
  ChunkDecoder decoder;
  const auto span = std::as_writable_bytes(std::span(memory));
  const auto step = decoder.decode(span, span);
  ASSERT_TRUE(step);
  EXPECT_EQ(memory.substr(0, step->produced), "abcdefg");
  EXPECT_EQ(step->consumed, memory.size());
}

TEST(ChunkDecoder, StopsWhereTheRoomEnds) {
  ChunkDecoder decoder;
  std::byte room[3];
  const auto step = decoder.decode(as_bytes("5\r\nhello\r\n"), room);
  ASSERT_TRUE(step);
  EXPECT_EQ(step->produced, 3U);
  EXPECT_EQ(decoder.chunk_remaining(), 2U);
}

TEST(ChunkDecoder, RefusesEveryOtherFraming) {
  for (const char* bytes :
       {"5;a=b\r\nhello\r\n0\r\n\r\n", "5 \r\nhello\r\n", "0x5\r\nhello\r\n", "\r\n", "-5\r\n", "+5\r\n", "5\nhello\n", "5\rhello", "g\r\n",
        "5\r\nhelloX\r\n", "5\r\nhello\n", "11111111111111111\r\n", "ffffffffffffffff\r\n", "5\r\nhello\r\n5;x\ny\r\n", "0\r\n folded\r\n\r\n",
        "0\r\nX: a\nY: b\r\n\r\n", "0\r\n\rX"}) {
    for (const std::size_t piece : {1U, 100U}) EXPECT_TRUE(decode(bytes, piece).ends_with('!')) << bytes;
  }
  EXPECT_TRUE(decode("0\r\n" + std::string(9000, 'a') + "\r\n\r\n", 1000).ends_with('!'));
  EXPECT_EQ(decode("5\r\nhel", 100), "hel…");
}

}  // namespace
}  // namespace satchel::net
