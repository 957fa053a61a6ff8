// SPDX-License-Identifier: Apache-2.0
#include "satchel/net/head_writer.hpp"

#include <gtest/gtest.h>

namespace satchel::net {
namespace {

constexpr std::string_view kDate = "Tue, 24 Nov 2026 16:24:11 GMT";

TEST(HeadWriter, AddsDateAndFraming) {
  EXPECT_EQ(write_head({200, {{"ETag", "\"x\""}}}, {.content_length = 5}, kDate),
            "HTTP/1.1 200 OK\r\nETag: \"x\"\r\nDate: Tue, 24 Nov 2026 16:24:11 GMT\r\nContent-Length: 5\r\n\r\n");
  EXPECT_EQ(write_head({204, {}}, {.content_length = 0, .keep_alive = false}, kDate),
            "HTTP/1.1 204 No Content\r\nDate: Tue, 24 Nov 2026 16:24:11 GMT\r\nConnection: close\r\n\r\n");
  EXPECT_EQ(write_head({200, {}}, {.chunked = true, .http_1_0 = true}, kDate),
            "HTTP/1.1 200 OK\r\nDate: Tue, 24 Nov 2026 16:24:11 GMT\r\nTransfer-Encoding: chunked\r\nConnection: keep-alive\r\n\r\n");
}

TEST(HeadWriter, LeavesOutWhatIsTheServersOwn) {
  const auto text = write_head({200, {{"Content-Length", "99"}, {"transfer-encoding", "gzip"}, {"Connection", "upgrade"}, {"Date", "x"}}},
                               {.content_length = 1}, kDate);
  EXPECT_EQ(text, "HTTP/1.1 200 OK\r\nDate: Tue, 24 Nov 2026 16:24:11 GMT\r\nContent-Length: 1\r\n\r\n");
}

TEST(HeadWriter, WritesNothingThatCouldStartAnotherLine) {
  using namespace std::string_literals;
  for (const auto& value : {"a\r\nX: y"s, "a\nX: y"s, "a\rb"s, "a\0b"s, "\x01"s}) {
    EXPECT_EQ(write_head({200, {{"x", value}}}, {}, kDate), "");
    EXPECT_EQ(write_head({200, {{value, "x"}}}, {}, kDate), "");
  }
  EXPECT_EQ(write_head({200, {{"", "x"}}}, {}, kDate), "");
  EXPECT_EQ(write_head({200, {{"a b", "x"}}}, {}, kDate), "");
  EXPECT_EQ(write_head({99, {}}, {}, kDate), "");
  EXPECT_EQ(write_head({100, {}}, {}, kDate), "");
}

}  // namespace
}  // namespace satchel::net
