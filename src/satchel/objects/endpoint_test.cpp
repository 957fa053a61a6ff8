// SPDX-License-Identifier: Apache-2.0
#include "satchel/objects/endpoint_test.hpp"

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "satchel/base/crc.hpp"

namespace satchel::objects {
namespace {

using testing::HasSubstr;
using testing::SizeIs;

constexpr std::size_t kPart = 5 * 1024 * 1024;

std::string part_xml(int number, const std::string& etag, const std::string& more = {}) {
  return fmt::format("<Part><PartNumber>{}</PartNumber><ETag>{}</ETag>{}</Part>", number, etag, more);
}
std::string complete_xml(const std::string& parts) {
  return "<CompleteMultipartUpload xmlns=\"http://s3.amazonaws.com/doc/2006-03-01/\">" + parts + "</CompleteMultipartUpload>";
}

class EndpointTest : public testing::Test {
 protected:
  EndpointGround ground_;
};

TEST_F(EndpointTest, GivesBackWhatWasPut) {
  const Answer put = ground_.ask({"PUT", "/objects/satchel/dir/a%20%C3%BC.txt", {{"content-type", "text/plain"}, {"x-amz-meta-mood", "calm"}}, "some bytes"});
  EXPECT_EQ(put.status, 200) << put.body;
  EXPECT_EQ(put.field("x-amz-checksum-crc64nvme"), checksum_text(crc64nvme("some bytes")));
  const Answer got = ground_.get("dir/a%20%C3%BC.txt", {{"x-amz-checksum-mode", "ENABLED"}});
  EXPECT_EQ(got.status, 200) << got.body;
  EXPECT_EQ(got.body, "some bytes");
  EXPECT_EQ(got.field("etag"), put.field("etag"));
  EXPECT_EQ(got.field("content-type"), "text/plain");
  EXPECT_EQ(got.field("x-amz-meta-mood"), "calm");
  EXPECT_EQ(got.field("x-amz-checksum-crc64nvme"), put.field("x-amz-checksum-crc64nvme"));
  EXPECT_EQ(got.field("last-modified"), "Tue, 24 Nov 2026 12:00:00 GMT");
  EXPECT_THAT(put.field("x-amz-request-id"), SizeIs(16));
}

TEST_F(EndpointTest, TakesALargeBodyPieceByPiece) {
  FakeExchange::Client client;
  std::string body;
  for (int i = 0; i < 40; ++i) body += client.pieces.emplace_back(100'000 + static_cast<std::size_t>(i), static_cast<char>('a' + i % 26));
  const Answer put = ground_.send(ground_.by_header({"PUT", "/objects/satchel/large", {}, body}), client);
  EXPECT_EQ(put.status, 200) << put.body;
  EXPECT_EQ(put.reads, 41) << "and the end";
  EXPECT_EQ(ground_.get("large").body, body);
}

TEST_F(EndpointTest, TellsTheHeadOfWhatItWouldSend) {
  ground_.put("key", "some bytes");
  const Answer head = ground_.ask({"HEAD", "/objects/satchel/key", {{"x-amz-checksum-mode", "ENABLED"}}});
  EXPECT_EQ(head.status, 200);
  EXPECT_EQ(head.length, 10u);
  EXPECT_EQ(head.body, "");
  EXPECT_EQ(head.field("x-amz-checksum-type"), "FULL_OBJECT");
  EXPECT_EQ(ground_.ask({"HEAD", "/objects/satchel/none"}).status, 404);
}

TEST_F(EndpointTest, DeletesAsOftenAsAsked) {
  ground_.put("key", "x");
  EXPECT_EQ(ground_.ask({"DELETE", "/objects/satchel/key"}).status, 204);
  EXPECT_EQ(ground_.ask({"DELETE", "/objects/satchel/key"}).status, 204);
  const Answer gone = ground_.get("key");
  EXPECT_EQ(gone.status, 404);
  EXPECT_EQ(gone.element("Code"), "NoSuchKey");
  EXPECT_EQ(gone.element("RequestId"), gone.field("x-amz-request-id"));
  EXPECT_EQ(gone.field("content-type"), "application/xml");
}

TEST_F(EndpointTest, SendsTheOneRangeAskedFor) {
  ground_.put("key", "0123456789");
  for (const auto& [range, body, content] : {std::tuple{"bytes=2-4", "234", "bytes 2-4/10"}, {"bytes=7-", "789", "bytes 7-9/10"},
                                             {"bytes=-3", "789", "bytes 7-9/10"}, {"bytes=0-99", "0123456789", "bytes 0-9/10"}}) {
    const Answer answer = ground_.get("key", {{"range", range}, {"x-amz-checksum-mode", "ENABLED"}});
    EXPECT_EQ(answer.status, 206) << range;
    EXPECT_EQ(answer.body, body);
    EXPECT_EQ(answer.field("content-range"), content);
    EXPECT_EQ(answer.field("x-amz-checksum-crc64nvme"), "") << "of a piece there is none";
  }
  for (const char* range : {"bytes=0-1,3-4", "bytes=4-2", "bytes=a-b", "lines=1-2", "bytes="}) {
    EXPECT_EQ(ground_.get("key", {{"range", range}}).status, 200) << range;
  }
  const Answer outside = ground_.get("key", {{"range", "bytes=10-"}});
  EXPECT_EQ(outside.status, 416);
  EXPECT_EQ(outside.field("content-range"), "bytes */10");
  EXPECT_EQ(outside.element("Code"), "InvalidRange");
}

TEST_F(EndpointTest, AnswersConditions) {
  const std::string etag = ground_.put("key", "x").field("etag");
  EXPECT_EQ(ground_.get("key", {{"if-none-match", etag}}).status, 304);
  EXPECT_EQ(ground_.get("key", {{"if-match", etag}}).status, 200);
  EXPECT_EQ(ground_.get("key", {{"if-match", "\"other\""}}).status, 412);
  EXPECT_EQ(ground_.get("key", {{"if-modified-since", "Tue, 24 Nov 2026 12:00:00 GMT"}}).status, 304);
  EXPECT_EQ(ground_.get("key", {{"if-unmodified-since", "Tue, 24 Nov 2026 11:59:59 GMT"}}).status, 412);
}

TEST_F(EndpointTest, NeverOverwritesWhereAsked) {
  EXPECT_EQ(ground_.ask({"PUT", "/objects/satchel/key", {{"if-none-match", "*"}}, "first"}).status, 200);
  const Answer second = ground_.ask({"PUT", "/objects/satchel/key", {{"if-none-match", "*"}}, "second"});
  EXPECT_EQ(second.status, 412);
  EXPECT_EQ(second.reads, 0) << "refused from the head alone";
  EXPECT_EQ(ground_.ask({"PUT", "/objects/satchel/key?x-satchel-if-none-match=%2A", {}, "third"}).status, 412);
  EXPECT_EQ(ground_.get("key").body, "first");
  EXPECT_EQ(ground_.ask({"PUT", "/objects/satchel/key", {{"if-match", "\"x\""}}, "fourth"}).status, 501) << "never passed over";
}

TEST_F(EndpointTest, ChecksEveryChecksumSent) {
  const std::string body = "123456789";
  const std::vector<net::Field> right{{"x-amz-checksum-crc64nvme", checksum_text(crc64nvme(body))}, {"x-amz-checksum-crc32c", checksum_text(crc32c(body))},
                                      {"x-amz-checksum-crc32", checksum_text(std::uint32_t{0xcbf43926})},
                                      {"x-amz-checksum-sha256", to_base64(sha256(body))}, {"content-md5", to_base64(md5(body))}};
  for (const net::Field& field : right) {
    const Answer stored = ground_.ask({"PUT", "/objects/satchel/" + field.name, {field}, body});
    EXPECT_EQ(stored.status, 200) << field.name << stored.body;
    if (field.name != "content-md5") {
      EXPECT_EQ(stored.field(field.name), field.value);
    }
    const Answer wrong = ground_.send(ground_.by_query({"PUT", "/objects/satchel/wrong", {field}, body}), "987654321");
    EXPECT_EQ(wrong.status, 400) << field.name;
    EXPECT_EQ(wrong.element("Code"), "BadDigest");
    EXPECT_EQ(ground_.ask({"PUT", "/objects/satchel/wrong", {{field.name, "AAAA"}}, body}).status, 400) << "malformed " << field.name;
  }
  EXPECT_EQ(ground_.ask({"PUT", "/objects/satchel/wrong", {right[0], right[1]}, body}).status, 400) << "two at once";
  EXPECT_EQ(ground_.ask({"PUT", "/objects/satchel/wrong", {{"x-amz-checksum-sha512", "AA=="}}, body}).status, 400);
  EXPECT_EQ(ground_.send(ground_.by_header({"PUT", "/objects/satchel/wrong", {}, body}), "987654321").status, 400) << "x-amz-content-sha256";
  EXPECT_EQ(ground_.get("wrong").status, 404);
  EXPECT_EQ(ground_.get("x-amz-checksum-crc32c", {{"x-amz-checksum-mode", "ENABLED"}}).field("x-amz-checksum-crc32c"), right[1].value);
}

TEST_F(EndpointTest, LeavesNothingOfABodyThatWasCutShort) {
  FakeExchange::Client client{{std::string(300'000, 'x')}, /*leaves=*/true};
  const Answer cut = ground_.send(ground_.by_query({"PUT", "/objects/satchel/key", {{"content-length", "600000"}}}), client);
  EXPECT_EQ(cut.status, 400);
  EXPECT_EQ(cut.element("Code"), "IncompleteBody");
  client.leaves = false;
  EXPECT_EQ(ground_.send(ground_.by_query({"PUT", "/objects/satchel/key", {{"content-length", "600000"}}}), client).status, 400);
  client.pieces.assign(3, std::string(300'000, 'x'));
  EXPECT_EQ(ground_.send(ground_.by_query({"PUT", "/objects/satchel/key", {{"content-length", "600000"}}}), client).status, 400) << "longer";
  EXPECT_EQ(ground_.objects(), 0u);
}

TEST_F(EndpointTest, WantsALength) {
  const Answer answer = ground_.ask({"PUT", "/objects/satchel/key", {}, "x", /*framed=*/false});
  EXPECT_EQ(answer.status, 411);
  EXPECT_EQ(answer.reads, 0);
}

TEST_F(EndpointTest, AssemblesAMultipartUpload) {
  const std::string one(kPart, '1'), two = "the rest", whole = one + two;
  const Answer created = ground_.ask({"POST", "/objects/satchel/key?uploads", {{"x-amz-checksum-algorithm", "CRC32C"}, {"content-type", "image/png"}}});
  EXPECT_EQ(created.status, 200) << created.body;
  EXPECT_EQ(created.field("x-amz-checksum-algorithm"), "CRC32C");
  const std::string base = "/objects/satchel/key?uploadId=" + created.element("UploadId");
  const std::string second = ground_.ask({"PUT", base + "&partNumber=2", {}, two}).field("etag");
  const std::string first = ground_.ask({"PUT", base + "&partNumber=1", {{"x-amz-checksum-crc32c", checksum_text(crc32c(one))}}, one}).field("etag");
  EXPECT_EQ(ground_.get("key").status, 404) << "visible before it was completed";

  const Answer listed = ground_.ask({"GET", base + "&max-parts=1"});
  EXPECT_THAT(listed.body, HasSubstr("<ChecksumCRC32C>" + checksum_text(crc32c(one)) + "</ChecksumCRC32C>"));
  EXPECT_EQ(listed.element("IsTruncated"), "true");
  EXPECT_EQ(listed.element("NextPartNumberMarker"), "1");
  EXPECT_THAT(ground_.ask({"GET", base + "&part-number-marker=1"}).body, HasSubstr("<PartNumber>2</PartNumber>"));

  const std::string document = complete_xml(part_xml(1, "&quot;" + first.substr(1, first.size() - 2) + "&quot;") + part_xml(2, second.substr(1, second.size() - 2)));
  const net::Fields declared{{"x-amz-mp-object-size", std::to_string(whole.size())}, {"x-amz-checksum-crc32c", checksum_text(crc32c(whole))}};
  const Answer done = ground_.ask({"POST", base, declared, document});
  EXPECT_EQ(done.status, 200) << done.body;
  EXPECT_EQ(done.element("ChecksumCRC32C"), checksum_text(crc32c(whole)));
  EXPECT_EQ(ground_.ask({"POST", base, declared, document}).element("ETag"), done.element("ETag")) << "the same call again";
  const Answer got = ground_.get("key", {{"range", fmt::format("bytes={}-{}", kPart - 2, kPart + 2)}});
  EXPECT_EQ(got.body, "11the");
  EXPECT_EQ(got.field("content-type"), "image/png");
  EXPECT_EQ(ground_.ask({"GET", base}).element("Code"), "NoSuchUpload");
}

TEST_F(EndpointTest, RefusesAWrongAssembly) {
  const std::string base = "/objects/satchel/key?uploadId=" + ground_.begin("key");
  const std::string etag = ground_.ask({"PUT", base + "&partNumber=1", {}, "only"}).field("etag");
  const auto code = [&](const std::string& document, net::Fields fields = {}) { return ground_.ask({"POST", base, std::move(fields), document}).element("Code"); };
  EXPECT_EQ(code(complete_xml(part_xml(1, "\"00000000000000000000000000000000\""))), "InvalidPart");
  EXPECT_EQ(code(complete_xml(part_xml(2, etag))), "InvalidPart");
  EXPECT_EQ(code(complete_xml(part_xml(1, etag) + part_xml(1, etag))), "InvalidPartOrder");
  EXPECT_EQ(code(complete_xml(part_xml(1, etag)), {{"x-amz-mp-object-size", "5"}}), "InvalidRequest");
  EXPECT_EQ(code(complete_xml(part_xml(1, etag)), {{"x-amz-checksum-crc64nvme", checksum_text(crc64nvme("other"))}}), "BadDigest");
  EXPECT_EQ(code(complete_xml(part_xml(1, etag, "<ChecksumCRC64NVME>" + checksum_text(crc64nvme("other")) + "</ChecksumCRC64NVME>"))), "InvalidPart");
  for (const char* document : {"", "no xml", "<a/>", "<CompleteMultipartUpload/>", "<CompleteMultipartUpload><Part><PartNumber>x</PartNumber></Part></CompleteMultipartUpload>"}) {
    EXPECT_EQ(code(document), "MalformedXML") << document;
  }
  ground_.put("key", "whole");
  EXPECT_EQ(code(complete_xml(part_xml(1, etag)), {{"if-none-match", "*"}}), "PreconditionFailed");
  EXPECT_EQ(ground_.get("key").body, "whole");
}

TEST_F(EndpointTest, AbortsAnUpload) {
  const std::string base = "/objects/satchel/key?uploadId=" + ground_.begin("key");
  EXPECT_EQ(ground_.ask({"PUT", base + "&partNumber=1", {}, "part"}).status, 200);
  EXPECT_EQ(ground_.ask({"DELETE", base}).status, 204);
  EXPECT_EQ(ground_.ask({"DELETE", base}).status, 404);
  const Answer late = ground_.ask({"PUT", base + "&partNumber=2", {}, "part"});
  EXPECT_EQ(late.element("Code"), "NoSuchUpload");
  EXPECT_EQ(late.reads, 0);
}

TEST_F(EndpointTest, OverridesHeadersAsTheUrlSays) {
  ground_.ask({"PUT", "/objects/satchel/key", {{"content-type", "text/html"}}, "<script>"});
  const Answer answer = ground_.send(ground_.by_query({"GET", "/objects/satchel/key?response-content-type=text%2Fplain&response-content-disposition=attachment%3B%20filename%3D%22a%22"}));
  EXPECT_EQ(answer.field("content-type"), "text/plain");
  EXPECT_EQ(answer.field("content-disposition"), "attachment; filename=\"a\"");
  EXPECT_EQ(answer.fields.count("content-type"), 1u);
  EXPECT_EQ(ground_.send(ground_.by_query({"GET", "/objects/satchel/key?response-content-type=a%0D%0Ab"})).status, 400);
  EXPECT_EQ(ground_.send(ground_.by_query({"GET", "/objects/satchel/key?response-set-cookie=a"})).status, 400);
}

TEST_F(EndpointTest, ContainsWhatPeopleStored) {
  ground_.ask({"PUT", "/objects/satchel/key", {{"content-type", "text/html"}}, "<script>"});
  for (const Answer& answer : {ground_.get("key"), ground_.get("none"), ground_.get("key", {{"range", "bytes=0-0"}})}) {
    EXPECT_THAT(answer.field("content-security-policy"), HasSubstr("sandbox; default-src 'none'"));
    EXPECT_EQ(answer.field("x-content-type-options"), "nosniff");
    EXPECT_EQ(answer.field("referrer-policy"), "no-referrer");
    EXPECT_THAT(answer.field("cache-control"), HasSubstr("no-store"));
  }
}

TEST_F(EndpointTest, AsksForTheTicketBeforeBytesLeaveOrCome) {
  ground_.put("key", "x");
  const auto get = ground_.by_query({"GET", "/objects/satchel/key?x-satchel-ticket=s"});
  const auto put = ground_.by_query({"PUT", "/objects/satchel/new?x-satchel-ticket=s", {}, "x"});
  ground_.valid_ticket = "another";
  EXPECT_EQ(ground_.send(get).status, 403);
  const Answer refused = ground_.send(put, "x");
  EXPECT_EQ(refused.status, 403);
  EXPECT_EQ(refused.reads, 0);
  ground_.valid_ticket = "s";
  EXPECT_EQ(ground_.send(get).status, 200);
}

TEST_F(EndpointTest, TellsHowAnswersUnderALeaseEnded) {
  ground_.put("key", "0123456789");
  ASSERT_TRUE(ground_.store->acknowledge(ground_.store->receive(1).value().at(0)));
  const auto served = [&](const Plan& plan, std::uint64_t takes = 100) {
    ground_.send(ground_.by_query(plan), FakeExchange::Client{{}, false, takes});
    // The workers tell it after the answer; an empty job at the end of their queue is behind it.
    std::vector<Event> events;
    for (int i = 0; i < 1000 && events.empty(); ++i) {
      ground_.get("none");
      events = ground_.store->receive(10).value();
    }
    EXPECT_THAT(events, SizeIs(1));
    if (events.empty()) return std::string();
    EXPECT_TRUE(ground_.store->acknowledge(events[0]));
    EXPECT_EQ(events[0].type, kObjectServed);
    EXPECT_EQ(events[0].subject, "lease");
    return events[0].data.at("bytes") + " " + events[0].data.at("whole");
  };
  ground_.send(ground_.by_query({"HEAD", "/objects/satchel/key?x-satchel-lease=lease"}));  // sends nothing, so nothing is told
  EXPECT_EQ(served({"GET", "/objects/satchel/key?x-satchel-lease=lease"}), "10 1");
  EXPECT_EQ(served({"GET", "/objects/satchel/key?x-satchel-lease=lease"}, 4), "4 0");
  EXPECT_EQ(served({"GET", "/objects/satchel/key?x-satchel-lease=lease", {{"range", "bytes=2-4"}}}), "3 0");
  EXPECT_EQ(served({"GET", "/objects/satchel/key?x-satchel-lease=lease", {{"range", "bytes=20-"}}}), "0 0");
  EXPECT_EQ(served({"GET", "/objects/satchel/none?x-satchel-lease=lease"}), "0 0");
}

TEST(Endpoint, SaysWhenThereIsTooMuchAtOnce) {
  EndpointOptions options;
  options.most_requests = 0;
  EndpointGround ground(std::move(options));
  const Answer answer = ground.get("key");
  EXPECT_EQ(answer.status, 503);
  EXPECT_EQ(answer.element("Code"), "SlowDown");
}

}  // namespace
}  // namespace satchel::objects
