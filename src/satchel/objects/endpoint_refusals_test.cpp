// SPDX-License-Identifier: Apache-2.0
// Holes that other stores had, each as a test of its own; and every operation with every way of not being authorised.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "satchel/objects/endpoint_test.hpp"

namespace satchel::objects {
namespace {

class Refusals : public testing::Test {
 protected:
  static net::RequestHead with(net::RequestHead head, std::string name, std::string value) {
    net::Fields fields;
    for (const net::Field& field : head.fields) {
      if (field.name != name) fields.add(field.name, field.value);
    }
    fields.add(std::move(name), std::move(value));
    head.fields = std::move(fields);
    return head;
  }
  void expect_refused(const Answer& answer, int status, const std::string& what) {
    EXPECT_EQ(answer.status, status) << what << answer.body;
    EXPECT_EQ(answer.reads, 0) << what << ": a byte of the body was read";
    EXPECT_EQ(ground_.objects(), 1u) << what << ": something was stored or lost";
  }
  void SetUp() override { ASSERT_EQ(ground_.put("secret", "classified").status, 200); }

  EndpointGround ground_;
};

// Ceph CVE-2026-54330, RustFS GHSA-g8w9 and others: the signer's rights turn an upload URL into a copy of anything.
TEST_F(Refusals, PresignedPutWithCopySourceHeaderIs403) {
  const auto url = ground_.by_query({"PUT", "/objects/satchel/mine", {}, "x"});
  expect_refused(ground_.send(with(url, "x-amz-copy-source", "/satchel/secret"), "x"), 403, "copy source");
  expect_refused(ground_.send(with(url, "x-amz-copy-source", ""), "x"), 403, "empty copy source");
}

TEST_F(Refusals, UnsignedAmzHeadersAre403) {
  for (const char* name : {"x-amz-tagging", "x-amz-acl", "x-amz-storage-class", "x-amz-object-lock-mode", "x-amz-website-redirect-location",
                           "x-amz-meta-owner", "x-amz-server-side-encryption", "x-amz-checksum-crc32c", "x-amz-mp-object-size"}) {
    expect_refused(ground_.send(with(ground_.by_query({"PUT", "/objects/satchel/mine", {}, "x"}), name, "x"), "x"), 403, name);
    expect_refused(ground_.send(with(ground_.by_header({"PUT", "/objects/satchel/mine", {}, "x"}), name, "x"), "x"), 403, name);
  }
}

// What would change the meaning of a request is refused also where it is signed, in header and query alike.
TEST_F(Refusals, MeaningsThatAreNotOfferedAre501) {
  expect_refused(ground_.ask({"PUT", "/objects/satchel/mine", {{"x-amz-copy-source", "/satchel/secret"}}, "x"}), 501, "copy");
  expect_refused(ground_.ask({"PUT", "/objects/satchel/mine?X-Amz-Copy-Source=%2Fsatchel%2Fsecret", {}, "x"}), 501, "copy by query");
  expect_refused(ground_.ask({"PUT", "/objects/satchel/mine", {{"x-amz-server-side-encryption", "aws:kms"}}, "x"}), 501, "encryption");
  for (const char* part : {"?acl", "?tagging", "?torrent", "?versionId=1", "?attributes", "?partNumber=1", "?unknown"}) {
    const Answer answer = ground_.ask({"GET", std::string("/objects/satchel/secret") + part});
    EXPECT_THAT(answer.status, testing::AnyOf(400, 501)) << part;
    EXPECT_THAT(answer.body, testing::Not(testing::HasSubstr("classified"))) << part;
  }
  for (const char* target : {"/objects", "/objects/", "/objects/satchel", "/objects/satchel/", "/objects/satchel?delete", "/objects/satchel?policy"}) {
    EXPECT_THAT(ground_.ask({"GET", target}).status, testing::AnyOf(404, 501)) << target;
    EXPECT_THAT(ground_.ask({"POST", target}).status, testing::AnyOf(404, 501)) << target;
  }
}

// MinIO CVE-2025-31489, CVE-2026-40344, CVE-2026-41145: one form of signature goes unverified.
TEST_F(Refusals, StreamingPayloadsStoreNothing) {
  for (const char* kind : {"STREAMING-UNSIGNED-PAYLOAD-TRAILER", "STREAMING-AWS4-HMAC-SHA256-PAYLOAD", "STREAMING-AWS4-HMAC-SHA256-PAYLOAD-TRAILER"}) {
    for (const char* target : {"/objects/satchel/mine", "/objects/satchel/mine?uploadId=u&partNumber=1"}) {
      expect_refused(ground_.send(with(ground_.by_header({"PUT", target, {}, "x"}), "x-amz-content-sha256", kind), "x"), 501, kind);
      expect_refused(ground_.send(with(ground_.by_query({"PUT", target, {}, "x"}), "x-amz-content-sha256", kind), "x"), 501, kind);
    }
  }
}

// MinIO CVE-2024-36107: conditions tell of what one may not know.
TEST_F(Refusals, ConditionsOfTheAnonymousTellNothing) {
  for (const char* key : {"secret", "none"}) {
    for (const auto& [name, value] : {std::pair{"if-modified-since", "Tue, 24 Nov 2037 12:00:00 GMT"}, {"if-none-match", "*"}, {"if-match", "\"x\""}, {"range", "bytes=99999-"}}) {
      EXPECT_EQ(ground_.send({"GET", std::string("/objects/satchel/") + key, {{"host", "store.test"}, {name, value}}, std::nullopt}).status, 403) << key << name;
    }
  }
}

// SeaweedFS #7912: any form passed as authenticated.
TEST_F(Refusals, FormPostsAreAnonymous) {
  for (const char* target : {"/objects/satchel", "/objects/satchel?delete", "/objects/satchel/key?uploads", "/objects/satchel/key?uploadId=x"}) {
    expect_refused(ground_.send({"POST", target, {{"host", "store.test"}, {"content-type", "multipart/form-data; boundary=x"}}, 1}, "x"), 403, target);
  }
}

// versitygw 67aaa80d, RustFS GHSA-8r6f: check and use decode differently.
TEST_F(Refusals, AKeyIsWhatWasSignedHoweverItIsWritten) {
  for (const char* key : {"a%2Fb", "a//b", "..%2F..%2Fetc%2Fpasswd", "%252e%252e", "a%00b", "./a", "a%5Cb"}) {
    const std::string target = std::string("/objects/satchel/") + key;
    EXPECT_EQ(ground_.ask({"PUT", target, {}, key}).status, 200) << key;
    EXPECT_EQ(ground_.ask({"GET", target}).body, key);
    EXPECT_TRUE(*ground_.store->head(ObjectKey(percent_decode(key).value()))) << "opaque bytes, decoded once";
  }
  auto moved = ground_.by_query({"GET", "/objects/satchel/a%2Fb"});
  moved.target.replace(moved.target.find("a/b"), 3, "a%252Fb");
  EXPECT_EQ(ground_.send(moved).status, 403);
}

TEST_F(Refusals, KeysOutOfBoundsAre400) {
  expect_refused(ground_.ask({"PUT", "/objects/satchel/" + std::string(1025, 'k'), {}, "x"}), 400, "1,025 bytes");
  for (const char* number : {"0", "10001", "-1", "x", ""}) {
    expect_refused(ground_.ask({"PUT", std::string("/objects/satchel/key?uploadId=u&partNumber=") + number, {}, "x"}), 400, number);
  }
}

TEST_F(Refusals, AnotherBucketIs404) {
  expect_refused(ground_.ask({"GET", "/objects/other/secret"}), 404, "bucket");
  expect_refused(ground_.ask({"GET", "/objectsx/satchel/secret"}), 404, "prefix");
}

TEST_F(Refusals, PartsOfAnothersUploadAre404) {
  const std::string id = ground_.begin("theirs");
  expect_refused(ground_.ask({"PUT", "/objects/satchel/mine?partNumber=1&uploadId=" + id, {}, "x"}), 404, "another key");
}

// MinIO CVE-2026-40344: one handler had no case for one kind of signature. So: all of one, with all of the other.
TEST_F(Refusals, EveryOperationWantsASignature) {
  const std::vector<Plan> operations{{"GET", "/objects/satchel/secret"},
                                     {"HEAD", "/objects/satchel/secret"},
                                     {"PUT", "/objects/satchel/mine", {}, "x"},
                                     {"DELETE", "/objects/satchel/secret"},
                                     {"POST", "/objects/satchel/mine?uploads"},
                                     {"PUT", "/objects/satchel/mine?uploadId=u&partNumber=1", {}, "x"},
                                     {"GET", "/objects/satchel/mine?uploadId=u"},
                                     {"POST", "/objects/satchel/mine?uploadId=u", {}, "<CompleteMultipartUpload/>"},
                                     {"DELETE", "/objects/satchel/mine?uploadId=u"},
                                     {"GET", "/objects/satchel?list-type=2"},
                                     {"POST", "/objects/satchel?delete", {}, "x"}};
  const auto spoiled = [](net::RequestHead head, std::string_view mark) {
    const std::size_t in_target = head.target.find(mark);
    if (in_target != std::string::npos) {
      char& digit = head.target[in_target + mark.size()];
      digit = digit == '0' ? '1' : '0';
      return head;
    }
    std::string text(head.fields.find("authorization").value());
    char& digit = text[text.find("Signature=") + 10];
    digit = digit == '0' ? '1' : '0';
    return with(head, "authorization", text);
  };
  for (const Plan& plan : operations) {
    const auto query = ground_.by_query(plan), header = ground_.by_header(plan);
    net::RequestHead nobody{plan.method, plan.target, {{"host", "store.test"}}, plan.body.size()};
    net::RequestHead other_method = query;
    other_method.method = plan.method == "GET" ? "DELETE" : "GET";
    const auto both = with(query, "authorization", std::string(*header.fields.find("authorization")));
    const std::vector<std::tuple<std::string, net::RequestHead, int>> attempts{
        {"anonymous", nobody, 403},
        {"bearer", with(nobody, "authorization", "Bearer x"), 403},
        {"basic", with(nobody, "authorization", "Basic eDp4"), 403},
        {"wrong signature in the URL", spoiled(query, "X-Amz-Signature="), 403},
        {"wrong signature in the header", spoiled(header, "X-Amz-Signature="), 403},
        {"signed for another method", other_method, 403},
        {"two credentials", both, 400},
        {"version 2", with(nobody, "authorization", "AWS KEY:c2ln"), 400},
        {"session cookie", with(nobody, "cookie", "satchel_session=x"), 403}};
    for (const auto& [name, head, status] : attempts) expect_refused(ground_.send(head, plan.body), status, plan.method + " " + plan.target + " " + name + ": ");
  }
}

TEST_F(Refusals, AnExpiredUrlIs403) {
  const auto url = ground_.by_query({"GET", "/objects/satchel/secret"}, Duration{60'000});
  EXPECT_EQ(ground_.send(url).status, 200);
  ground_.clock.advance(Duration{60'001});
  expect_refused(ground_.send(url), 403, "expired");
}

TEST_F(Refusals, BodiesOverTheLimitOfDocumentsAreRefused) {
  const std::string id = ground_.begin("key");
  EXPECT_THAT(ground_.ask({"POST", "/objects/satchel/key?uploadId=" + id, {}, std::string(4 * 1024 * 1024 + 1, ' ')}).status, testing::AnyOf(400, 413));
}

// A header that a stranger adds to an upload URL is not kept: only the signer says how a file is served.
TEST_F(Refusals, UnsignedContentHeadersAreNotKept) {
  auto url = ground_.by_query({"PUT", "/objects/satchel/mine", {}, "x"});
  url = with(with(url, "content-encoding", "gzip"), "content-disposition", "inline");
  EXPECT_EQ(ground_.send(url, "x").status, 200);
  const Answer got = ground_.get("mine");
  EXPECT_EQ(got.field("content-encoding"), "");
  EXPECT_EQ(got.field("content-disposition"), "");
}

}  // namespace
}  // namespace satchel::objects
