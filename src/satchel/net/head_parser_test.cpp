// SPDX-License-Identifier: Apache-2.0
#include "satchel/net/head_parser.hpp"

#include <gtest/gtest.h>

#include <string>

namespace satchel::net {
namespace {

constexpr HeadLimits kLimits;

auto parse(std::string_view bytes) {
  HeadScan scan(HeadScan::Kind::request);
  return parse_request_head(scan, bytes, kLimits);
}

int status_of(std::string_view bytes) {
  const auto outcome = parse(bytes);
  if (std::holds_alternative<NeedMore>(outcome)) return 100;
  if (const auto* refusal = std::get_if<HeadRefusal>(&outcome)) return refusal->status;
  return 200;
}

RequestParsed accepted(std::string_view bytes) {
  auto outcome = parse(bytes);
  EXPECT_TRUE(std::holds_alternative<RequestParsed>(outcome)) << bytes;
  if (auto* parsed = std::get_if<RequestParsed>(&outcome)) return std::move(*parsed);
  return {};
}

struct Row {
  const char* name;
  std::string bytes;
  int status = 400;
};

class Refused : public testing::TestWithParam<Row> {};

TEST_P(Refused, WithTheStatusOfItsRow) { EXPECT_EQ(status_of(GetParam().bytes), GetParam().status) << GetParam().bytes; }

/// The same, one byte after the other: the refusal must not hang on how the bytes were cut.
TEST_P(Refused, ByteByByte) {
  HeadScan scan(HeadScan::Kind::request);
  const auto& bytes = GetParam().bytes;
  for (std::size_t size = 1; size <= bytes.size(); ++size) {
    const auto outcome = parse_request_head(scan, std::string_view(bytes).substr(0, size), kLimits);
    if (const auto* refusal = std::get_if<HeadRefusal>(&outcome)) {
      EXPECT_EQ(refusal->status, GetParam().status);
      return;
    }
    ASSERT_TRUE(std::holds_alternative<NeedMore>(outcome)) << bytes;
  }
  FAIL() << "not refused: " << bytes;
}

std::string post(const std::string& fields, const std::string& version = "1.1") {
  return "POST / HTTP/" + version + "\r\nHost: a\r\n" + fields + "\r\n";
}

// What Beast 1.81 lets through.
INSTANTIATE_TEST_SUITE_P(
    BeastTakesIt, Refused,
    testing::Values(Row{"Http10Chunked", post("Transfer-Encoding: chunked\r\n", "1.0")},
                    Row{"GzipThenLength", post("Transfer-Encoding: gzip\r\nContent-Length: 5\r\n")},
                    Row{"XchunkedCoding", post("Transfer-Encoding: xchunked\r\n")},
                    Row{"IdentityCoding", post("Transfer-Encoding: identity\r\n")},
                    Row{"ChunkedThenIdentity", post("Transfer-Encoding: chunked, identity\r\n")},
                    Row{"ChunkedTwiceInOneField", post("Transfer-Encoding: chunked, chunked\r\n")},
                    Row{"GzipThenChunked", post("Transfer-Encoding: gzip, chunked\r\n")},
                    Row{"ChunkedInCapitals", post("Transfer-Encoding: CHUNKED\r\n")},
                    Row{"ChunkedWithAParameter", post("Transfer-Encoding: chunked;q=1\r\n")},
                    Row{"TwoEqualLengths", post("Content-Length: 5\r\nContent-Length: 5\r\n")},
                    Row{"ListOfLengths", post("Content-Length: 5, 5\r\n")},
                    Row{"NoHost", "GET / HTTP/1.1\r\n\r\n"},
                    Row{"TwoHosts", "GET / HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n"},
                    Row{"TwoEqualHosts", "GET / HTTP/1.1\r\nHost: a\r\nHost: a\r\n\r\n"},
                    Row{"EmptyHost", "GET / HTTP/1.1\r\nHost:\r\n\r\n"},
                    Row{"HostWithSlash", "GET / HTTP/1.1\r\nHost: a/b\r\n\r\n"},
                    Row{"HostWithUserInfo", "GET / HTTP/1.1\r\nHost: u@a\r\n\r\n"},
                    Row{"HostWithSpace", "GET / HTTP/1.1\r\nHost: a b\r\n\r\n"},
                    Row{"HostWithBadPort", "GET / HTTP/1.1\r\nHost: a:80x\r\n\r\n"},
                    Row{"ObsoleteFold", "GET / HTTP/1.1\r\nHost: a\r\nX: a\r\n b\r\n\r\n"},
                    Row{"ObsoleteFoldByTab", "GET / HTTP/1.1\r\nHost: a\r\nX: a\r\n\tb\r\n\r\n"},
                    Row{"FoldOnTheFirstField", "GET / HTTP/1.1\r\n Host: a\r\n\r\n"},
                    Row{"AbsoluteForm", "GET http://b/x HTTP/1.1\r\nHost: a\r\n\r\n"},
                    Row{"AuthorityForm", "CONNECT a:80 HTTP/1.1\r\nHost: a\r\n\r\n"},
                    Row{"AsteriskForm", "OPTIONS * HTTP/1.1\r\nHost: a\r\n\r\n"},
                    Row{"Fragment", "GET /a#b HTTP/1.1\r\nHost: a\r\n\r\n"},
                    Row{"HighByteInTarget", "GET /\xc3\xa4 HTTP/1.1\r\nHost: a\r\n\r\n"},
                    Row{"HighByteInMethod", "G\xc3T / HTTP/1.1\r\nHost: a\r\n\r\n"}),
    [](const auto& row) { return row.param.name; });

// What Beast 1.81 refuses by itself; a change of the parser must not change it.
INSTANTIATE_TEST_SUITE_P(
    BeastRefusesIt, Refused,
    testing::Values(Row{"ChunkedWithLength", post("Transfer-Encoding: chunked\r\nContent-Length: 5\r\n")},
                    Row{"LengthThenChunked", post("Content-Length: 5\r\nTransfer-Encoding: chunked\r\n")},
                    Row{"LengthThenGzip", post("Content-Length: 5\r\nTransfer-Encoding: gzip\r\n")},
                    Row{"TwoDifferentLengths", post("Content-Length: 5\r\nContent-Length: 6\r\n")},
                    Row{"LengthWithPlus", post("Content-Length: +5\r\n")}, Row{"LengthMinusZero", post("Content-Length: -0\r\n")},
                    Row{"EmptyLength", post("Content-Length:\r\n")}, Row{"LengthInHex", post("Content-Length: 0x5\r\n")},
                    Row{"LengthOver64Bits", post("Content-Length: 18446744073709551617\r\n")},
                    Row{"TwoChunkedFields", post("Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n")},
                    Row{"SpaceBeforeColon", post("Content-Length : 5\r\n")},
                    Row{"NoColon", post("nonsense\r\n")}, Row{"EmptyFieldName", post(": x\r\n")},
                    Row{"BareLineFeed", "GET / HTTP/1.1\nHost: a\n\n"},
                    Row{"BareLineFeedInAField", post("X: a\nY: b\r\n")},
                    Row{"BareCarriageReturn", post("X: a\rY: b\r\n")},
                    Row{"NulInAValue", post(std::string("X: a\0b\r\n", 8))},
                    Row{"DelInAValue", post("X: a\x7f\r\n")},
                    Row{"Version12", "GET / HTTP/1.2\r\nHost: a\r\n\r\n"},
                    Row{"Version20", "GET / HTTP/2.0\r\nHost: a\r\n\r\n"},
                    Row{"NoVersion", "GET /\r\nHost: a\r\n\r\n"},
                    Row{"TwoSpaces", "GET  / HTTP/1.1\r\nHost: a\r\n\r\n"},
                    Row{"SpaceInTarget", "GET /a b HTTP/1.1\r\nHost: a\r\n\r\n"},
                    Row{"TabInTheRequestLine", "GET\t/ HTTP/1.1\r\nHost: a\r\n\r\n"},
                    Row{"EmptyLineBefore", "\r\nGET / HTTP/1.1\r\nHost: a\r\n\r\n"},
                    Row{"Http2Preface", "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"},
                    Row{"TlsHello", std::string("\x16\x03\x01\x02\x00\x01\x00", 7)},
                    Row{"SshBanner", "SSH-2.0-OpenSSH_9.2\r\n"},
                    Row{"LongMethod", std::string(40, 'A') + " / HTTP/1.1\r\nHost: a\r\n\r\n"}),
    [](const auto& row) { return row.param.name; });

std::string fields(int count) {
  std::string text;
  for (int i = 0; i < count; ++i) text += "x" + std::to_string(i) + ": 1\r\n";
  return text;
}

INSTANTIATE_TEST_SUITE_P(
    OverALimit, Refused,
    testing::Values(Row{"TooManyFields", post(fields(100)), 431},
                    Row{"TooLong", post("X: " + std::string(32 * 1024, 'a') + "\r\n"), 431},
                    Row{"TooLongTarget", "GET /" + std::string(32 * 1024, 'a') + " HTTP/1.1\r\nHost: a\r\n\r\n", 431}),
    [](const auto& row) { return row.param.name; });

TEST(RequestHead, ThatIsNoHttpIsRefusedBeforeItsLineEnds) {
  EXPECT_EQ(status_of("\x16"), 400);
  EXPECT_EQ(status_of("{\"a\":"), 400);
  EXPECT_EQ(status_of("SSH-2.0-x\r\n"), 400);
  EXPECT_EQ(status_of("GE"), 100);
}

TEST(RequestHead, GivesMethodTargetAndFieldsAsSent) {
  const auto parsed = accepted("PUT /a%20b?x=1 HTTP/1.1\r\nHost: Example.org:8420\r\nX-Thing:  two words \r\nContent-Length: 7\r\n\r\nrest");
  EXPECT_EQ(parsed.head.method, "PUT");
  EXPECT_EQ(parsed.head.target, "/a%20b?x=1");
  EXPECT_EQ(parsed.head.fields.find("x-thing"), "two words");
  EXPECT_EQ(parsed.head.content_length, 7U);
  EXPECT_FALSE(parsed.head.chunked);
  EXPECT_TRUE(parsed.keep_alive);
  EXPECT_EQ(parsed.size, std::string_view("PUT /a%20b?x=1 HTTP/1.1\r\nHost: Example.org:8420\r\nX-Thing:  two words \r\nContent-Length: 7\r\n\r\n").size());
}

TEST(RequestHead, TakesExactlyTheLimits) {
  EXPECT_EQ(status_of(post(fields(99))), 200);
  const auto frame = post("X: \r\n").size();
  EXPECT_EQ(status_of(post("X: " + std::string(kLimits.bytes - frame, 'a') + "\r\n")), 200);
  EXPECT_EQ(status_of(post("X: " + std::string(kLimits.bytes - frame + 1, 'a') + "\r\n")), 431);
}

TEST(RequestHead, TakesEveryFormOfHost) {
  for (const char* host : {"a", "a.example", "a_b-c.example:1", "127.0.0.1:8420", "[::1]", "[2001:db8::1]:80", "xn--4ca.example"}) {
    EXPECT_EQ(status_of("GET / HTTP/1.1\r\nHost: " + std::string(host) + "\r\n\r\n"), 200) << host;
  }
}

TEST(RequestHead, ReadsConnectionAndExpect) {
  EXPECT_FALSE(accepted(post("Connection: close\r\n")).keep_alive);
  EXPECT_FALSE(accepted(post("", "1.0")).keep_alive);
  EXPECT_TRUE(accepted(post("Connection: keep-alive\r\n", "1.0")).keep_alive);
  EXPECT_TRUE(accepted(post("Expect: 100-Continue\r\nContent-Length: 1\r\n")).head.expects_continue);
  EXPECT_FALSE(accepted(post("Expect: something\r\nContent-Length: 1\r\n")).head.expects_continue);
  EXPECT_TRUE(accepted(post("Transfer-Encoding: chunked\r\n")).head.chunked);
}

TEST(ResponseHead, IsParsedWithItsFraming) {
  HeadScan scan(HeadScan::Kind::response);
  const auto outcome = parse_response_head(scan, "HTTP/1.1 206 Partial Content\r\nContent-Length: 3\r\nETag: \"x\"\r\n\r\nabc", kLimits);
  const auto& parsed = std::get<ResponseParsed>(outcome);
  EXPECT_EQ(parsed.head.status, 206);
  EXPECT_EQ(parsed.content_length, 3U);
  EXPECT_EQ(parsed.head.fields.find("etag"), "\"x\"");
}

TEST(ResponseHead, WithTwoFramingsIsRefused) {
  for (const char* bytes : {"HTTP/1.1 200 OK\r\nContent-Length: 3\r\nContent-Length: 3\r\n\r\n", "HTTP/1.1 200 OK\r\nTransfer-Encoding: gzip\r\n\r\n",
                            "HTTP/1.1 200 OK\r\nX: a\r\n b\r\n\r\n", "ICY 200 OK\r\n\r\n"}) {
    HeadScan scan(HeadScan::Kind::response);
    EXPECT_TRUE(std::holds_alternative<HeadRefusal>(parse_response_head(scan, bytes, kLimits))) << bytes;
  }
}

}  // namespace
}  // namespace satchel::net
