// SPDX-License-Identifier: Apache-2.0
#include "satchel/net/sigv4.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "satchel/base/crypto.hpp"
#include "satchel/base/encoding.hpp"
#include "satchel/memory/clock.hpp"
#include "satchel/net/sigv4_verifier.hpp"

namespace satchel::net {
namespace {

// The examples of "Authenticating Requests (AWS Signature Version 4)" in the Amazon S3 API reference.
const Credential kExample{"AKIAIOSFODNN7EXAMPLE", "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY"};
const Time kThen = parse_amz("20130524T000000Z").value();
const std::string kNoBody = to_hex(sha256(""));
constexpr std::string_view kBucket = "https://examplebucket.s3.amazonaws.com";

SigningRequest example(std::string method, std::string_view target, Fields fields, std::string hash = kNoBody) {
  return {std::move(method), std::string(kBucket), Target::parse(target).value(), std::move(fields), std::move(hash)};
}
std::string signature_of(const Fields& signed_fields) {
  const auto text = signed_fields.find("authorization").value();
  return std::string(text.substr(text.find("Signature=") + 10));
}

TEST(SigV4, SignsAsThePublishedExamplesDo) {
  EXPECT_EQ(signature_of(sign_headers(example("GET", "/test.txt", {{"range", "bytes=0-9"}}), kExample, kThen)),
            "f0e8bdb87c964420e857bd35b5d6ed310bd44f0170aba48dd91039c6036bdb41");
  EXPECT_EQ(signature_of(sign_headers(example("PUT", "/test$file.text",
                                              {{"date", "Fri, 24 May 2013 00:00:00 GMT"}, {"x-amz-storage-class", "REDUCED_REDUNDANCY"}},
                                              to_hex(sha256("Welcome to Amazon S3."))),
                                      kExample, kThen)),
            "98ad721746da40c64f1a55b78f14c238d841ea1380cd77a1b5971af0ece108bd");
  EXPECT_EQ(signature_of(sign_headers(example("GET", "/?lifecycle", {}), kExample, kThen)),
            "fea454ca298b7da1c68078a5d1bdbfbbe0d65c699e0f91ac7a200a0136783543");
  EXPECT_EQ(signature_of(sign_headers(example("GET", "/?max-keys=2&prefix=J", {}), kExample, kThen)),
            "34b48302e7b5fa45bde8084f4b7868a86f0a534bc59db6670ed5711ef69dc6f7");
}

TEST(SigV4, PresignsAsThePublishedExampleDoes) {
  SigningRequest request = example("GET", "/test.txt", {});
  request.payload_hash = kUnsignedPayload;
  EXPECT_EQ(presign(request, kExample, kThen, std::chrono::seconds(86'400)),
            "https://examplebucket.s3.amazonaws.com/test.txt?X-Amz-Algorithm=AWS4-HMAC-SHA256&X-Amz-Credential=AKIAIOSFODNN7EXAMPLE%2F20130524%2F"
            "us-east-1%2Fs3%2Faws4_request&X-Amz-Date=20130524T000000Z&X-Amz-Expires=86400&X-Amz-SignedHeaders=host&X-Amz-Signature="
            "aeeed9bbccd4d02ee5c0109b86d86835f995330da4c265957d157751f604d404");
}

/// Of AWS's Signature Version 4 test suite, whose requests are signed without a field for the hash of the body.
std::string suite_signature(std::string_view method, std::string_view target, Fields fields, const std::vector<std::string>& signed_headers, std::string_view body = "") {
  const CredentialScope scope{"20150830", "us-east-1", "service"};
  fields.add("host", "example.amazonaws.com");
  fields.add("x-amz-date", "20150830T123600Z");
  const std::string canonical = canonical_request(method, Target::parse(target).value(), fields, signed_headers, to_hex(sha256(body)));
  return signature(signing_key("wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY", scope), string_to_sign("20150830T123600Z", scope, canonical));
}

TEST(SigV4, SignsAsThePublishedSuiteDoes) {
  const std::vector<std::string> usual{"host", "x-amz-date"};
  EXPECT_EQ(suite_signature("GET", "/", {}, usual), "5fa00fa31553b73ebf1942676e86291e8372ff2a2260956d9b8aae1d763fbf31") << "get-vanilla";
  EXPECT_EQ(suite_signature("GET", "/?Param2=value2&Param1=value1", {}, usual), "b97d918cfa904a5beff61c982a1b6f458b799221646efd99d3219ec94cdf2500") << "get-vanilla-query-order-key-case";
  EXPECT_EQ(suite_signature("POST", "/", {}, usual), "5da7c1a2acd57cee7505fc6676e4e544621c30862966e37dddb68e92efbe5d6b") << "post-vanilla";
  EXPECT_EQ(suite_signature("POST", "/", {{"content-type", "application/x-www-form-urlencoded"}}, {"content-type", "host", "x-amz-date"}, "Param1=value1"),
            "ff11897932ad3f4e8b18135d722051e5ac45fc38421b1da7b9d196a0fe09473a") << "post-x-www-form-urlencoded";
  const Fields token{{"x-amz-security-token",
                      "AQoDYXdzEPT//////////wEXAMPLEtc764bNrC9SAPBSM22wDOk4x4HIZ8j4FZTwdQWLWsKWHGBuFqwAeMicRXmxfpSPfIeoIYRqTflfKD8YUuwthAx7mSEI/qkPpKPi/kMcGdQrmGdeehM4IC1NtBmUpp2wUE8phUZa"
                      "mpKsburEDy0KPkyQDYwT7WZ0wq5VSXDvp75YU9HFvlRd8Tx6q6fE8YQcHNVXAkiY9q6d+xo0rKwT38xVqr7ZD0u0iPPkUL64lIZbqBAz+scqKmlzm8FDrypNC9Yjc8fPOLn9FX9KSYvKTr4rvx3iSIlTJabIQwj2ICCR/oLxBA=="}};
  EXPECT_EQ(suite_signature("POST", "/", token, {"host", "x-amz-date", "x-amz-security-token"}), "85d96828115b5dc0cfc3bd16ad9e210dd772bbebba041836c64533a82be05ead")
      << "post-sts-header-before";
}

TEST(SigV4, ASessionTokenIsSignedAndSent) {
  const Credential temporary{kExample.access_key, kExample.secret, "token/+="};
  const Fields fields = sign_headers(example("GET", "/test.txt", {}), temporary, kThen);
  EXPECT_EQ(fields.find("x-amz-security-token"), "token/+=");
  EXPECT_THAT(std::string(*fields.find("authorization")), testing::HasSubstr("SignedHeaders=host;x-amz-content-sha256;x-amz-date;x-amz-security-token,"));
  EXPECT_NE(signature_of(fields), signature_of(sign_headers(example("GET", "/test.txt", {}), kExample, kThen)));
  EXPECT_THAT(presign(example("GET", "/test.txt", {}), temporary, kThen, Duration{60'000}), testing::HasSubstr("&X-Amz-Security-Token=token%2F%2B%3D&"));
}

TEST(SigV4, DerivesThePublishedSigningKey) {
  EXPECT_EQ(to_hex(signing_key("wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY", {"20150830", "us-east-1", "iam"})),
            "c4afb1cc5771d871763a393e44b703571b55cc28424d1a5e86da6ed3c154a4b9");
}

TEST(SigV4, KeepsASigningKeyPerSecretAndScope) {
  SigningKeys keys;
  const CredentialScope monday{"20261123"}, tuesday{"20261124"};
  for (int round = 0; round < 2; ++round) {
    EXPECT_EQ(keys.get("one", monday), signing_key("one", monday));
    EXPECT_EQ(keys.get("one", tuesday), signing_key("one", tuesday));
    EXPECT_EQ(keys.get("two", monday), signing_key("two", monday));
  }
  EXPECT_DEATH(keys.get("", monday), "") << "a key that everybody knows";
}

TEST(Target, IsDecodedExactlyOnce) {
  const Target target = Target::parse("/a%20b/%252e?x=%26&flag&y=1=2&&+=+").value();
  EXPECT_EQ(target.path, "/a b/%2e");
  EXPECT_THAT(target.query, testing::ElementsAre(testing::Pair("x", "&"), testing::Pair("flag", ""), testing::Pair("y", "1=2"), testing::Pair("+", "+")));
  for (const char* raw : {"/", "/a%20b?x=%26&flag&y=%3D", "/a?=&=x&a"}) EXPECT_EQ(encode_target(Target::parse(raw).value()), raw) << "there and back";
  EXPECT_FALSE(Target::parse("/%g0"));
  EXPECT_FALSE(Target::parse("/a?b=%2"));
  EXPECT_FALSE(Target::parse("no/slash"));
}

class VerifierTest : public testing::Test {
 protected:
  /// A request as it arrives: signed by header unless `lifetime` is given.
  RequestHead by_header(std::string method, std::string_view raw, Fields fields = {}, std::string hash = kNoBody) const {
    SigningRequest request = to_sign(std::move(method), raw, fields, std::move(hash));
    for (const Field& field : sign_headers(request, key_, clock_.now())) fields.add(field.name, field.value);
    return {request.method, encode_target(request.target), fields, std::nullopt};
  }
  RequestHead by_query(std::string method, std::string_view raw, Fields fields = {}, Duration lifetime = Duration{60'000}) const {
    SigningRequest request = to_sign(std::move(method), raw, fields, std::string(kUnsignedPayload));
    const std::string url = presign(request, key_, clock_.now(), lifetime);
    fields.add("host", "store.test");
    return {request.method, url.substr(request.origin.size()), fields, std::nullopt};
  }
  std::string refusal(const RequestHead& head) const {
    const auto verified = verifier_.verify(head);
    return verified ? "accepted" : verified.error().type;
  }
  static RequestHead with(RequestHead head, std::string_view name, std::string_view value) {
    Fields fields;
    for (const Field& field : head.fields) {
      if (field.name != name) fields.add(field.name, field.value);
    }
    if (!value.empty()) fields.add(std::string(name), std::string(value));
    head.fields = fields;
    return head;
  }
  static RequestHead replaced(RequestHead head, std::string_view from, std::string_view to) {
    const std::size_t at = head.target.find(from);
    EXPECT_NE(at, std::string::npos);
    head.target.replace(at, from.size(), to);
    return head;
  }

  ManualClock clock_;
  Credential key_{"KEY", "secret"};
  Verifier verifier_{{}, [this](std::string_view key) { return key == "KEY" ? std::optional(key_.secret) : key == "EMPTY" ? std::optional<std::string>("") : std::nullopt; }, clock_};

 private:
  static SigningRequest to_sign(std::string method, std::string_view raw, Fields fields, std::string hash) {
    return {std::move(method), "http://store.test", Target::parse(raw).value(), std::move(fields), std::move(hash)};
  }
};

TEST_F(VerifierTest, TakesWhatIsSignedWell) {
  const auto header = verifier_.verify(by_header("PUT", "/b/k%20ey?partNumber=1", {{"x-amz-meta-a", "1  2"}})).value();
  EXPECT_EQ(header.access_key(), "KEY");
  EXPECT_EQ(header.form(), VerifiedRequest::Form::header);
  EXPECT_EQ(header.target().path, "/b/k ey");
  EXPECT_EQ(header.payload().sha256, kNoBody);
  EXPECT_TRUE(header.signs("x-amz-meta-a"));
  const auto query = verifier_.verify(by_query("GET", "/b/k?x-satchel-ticket=s")).value();
  EXPECT_EQ(query.form(), VerifiedRequest::Form::query);
  EXPECT_EQ(query.target().find("x-satchel-ticket"), "s");
  EXPECT_EQ(query.payload().kind, Payload::Kind::unsigned_payload);
}

TEST_F(VerifierTest, RefusesAChangeInAnyPartOfTheRequest) {
  const RequestHead head = by_query("PUT", "/b/key?a=1", {{"content-length", "5"}});
  RequestHead other_method = head;
  other_method.method = "DELETE";
  EXPECT_EQ(refusal(other_method), "SignatureDoesNotMatch");
  EXPECT_EQ(refusal(replaced(head, "/b/key", "/b/kez")), "SignatureDoesNotMatch");
  EXPECT_EQ(refusal(replaced(head, "/b/key", "/b//key")), "SignatureDoesNotMatch");
  EXPECT_EQ(refusal(replaced(head, "a=1", "a=2")), "SignatureDoesNotMatch");
  EXPECT_EQ(refusal(replaced(head, "a=1", "a=1&b=2")), "SignatureDoesNotMatch");
  EXPECT_EQ(refusal(replaced(head, "X-Amz-Expires=60", "X-Amz-Expires=61")), "SignatureDoesNotMatch");
  EXPECT_EQ(refusal(with(head, "content-length", "6")), "SignatureDoesNotMatch");
  EXPECT_EQ(refusal(with(head, "content-length", "")), "AccessDenied") << "what is signed cannot be left out";
  EXPECT_EQ(refusal(with(head, "host", "other.test")), "SignatureDoesNotMatch");
  EXPECT_EQ(refusal(head), "accepted");
  RequestHead twice = head;
  twice.fields.add("content-length", "5");
  EXPECT_EQ(refusal(twice), "SignatureDoesNotMatch");
}

// `curl -I` and download managers ask for the head first, by the address that they have.
TEST_F(VerifierTest, LetsWhoMayGetByAUrlAskForTheHeadAlone) {
  RequestHead head = by_query("GET", "/b/k?x-satchel-ticket=s");
  head.method = "HEAD";
  EXPECT_EQ(refusal(head), "accepted");
  head.method = "DELETE";
  EXPECT_EQ(refusal(head), "SignatureDoesNotMatch");
  RequestHead put = by_query("PUT", "/b/k");
  put.method = "HEAD";
  EXPECT_EQ(refusal(put), "SignatureDoesNotMatch");
  RequestHead signed_by_header = by_header("GET", "/b/k");
  signed_by_header.method = "HEAD";
  EXPECT_EQ(refusal(signed_by_header), "SignatureDoesNotMatch");
}

TEST_F(VerifierTest, RefusesEveryUnsignedAmzHeader) {
  for (const char* name : {"x-amz-copy-source", "x-amz-tagging", "x-amz-acl", "x-amz-storage-class", "x-amz-object-lock-mode",
                           "x-amz-website-redirect-location", "x-amz-meta-any", "x-amz-"}) {
    EXPECT_EQ(refusal(with(by_query("PUT", "/b/k"), name, "/b/secret")), "AccessDenied") << name;
    EXPECT_EQ(refusal(with(by_header("PUT", "/b/k"), name, "/b/secret")), "AccessDenied") << name;
  }
}

TEST_F(VerifierTest, TakesOneKindOfCredentialOnly) {
  const RequestHead query = by_query("GET", "/b/k"), header = by_header("GET", "/b/k");
  EXPECT_EQ(refusal(with(query, "authorization", "Bearer st_token")), "accepted") << "curl keeps it on a redirect";
  EXPECT_EQ(refusal(with(query, "authorization", *header.fields.find("authorization"))), "InvalidArgument");
  EXPECT_EQ(refusal(with(query, "authorization", "Basic YTpi")), "InvalidArgument");
  EXPECT_EQ(refusal(with(query, "authorization", "Bearerlike x")), "InvalidArgument");
  RequestHead both = header;
  both.target += "?X-Amz-Signature=";
  EXPECT_EQ(refusal(both), "InvalidArgument");
  both.target = header.target + "?x-amz-credential=KEY";
  EXPECT_EQ(refusal(both), "InvalidArgument") << "in any case of letters";
  RequestHead two = header;
  two.fields.add("authorization", "Bearer x");
  EXPECT_EQ(refusal(two), "InvalidArgument");
}

TEST_F(VerifierTest, RefusesTheAnonymous) {
  EXPECT_EQ(refusal({"GET", "/b/k", {{"host", "store.test"}}, std::nullopt}), "AccessDenied");
  EXPECT_EQ(refusal({"GET", "/b/k", {{"host", "store.test"}, {"authorization", "Bearer x"}}, std::nullopt}), "AccessDenied");
  EXPECT_EQ(refusal({"POST", "/b", {{"host", "store.test"}, {"content-type", "multipart/form-data; boundary=x"}}, std::nullopt}), "AccessDenied");
}

TEST_F(VerifierTest, NamesTheVersionOfOldSignatures) {
  for (const RequestHead& head : {RequestHead{"GET", "/b/k?AWSAccessKeyId=KEY&Signature=x&Expires=1", {{"host", "store.test"}}, std::nullopt},
                                  RequestHead{"GET", "/b/k", {{"host", "store.test"}, {"authorization", "AWS KEY:c2ln"}}, std::nullopt}}) {
    const auto verified = verifier_.verify(head);
    ASSERT_FALSE(verified);
    EXPECT_THAT(verified.error().message, testing::HasSubstr("s3v4"));
  }
  EXPECT_EQ(refusal(with(by_header("GET", "/b/k"), "authorization", "AWS4-ECDSA-P256-SHA256 Credential=x")), "NotImplemented");
}

TEST_F(VerifierTest, NeverVerifiesWithAnEmptyOrUnknownSecret) {
  key_.access_key = "EMPTY";
  EXPECT_EQ(refusal(by_header("GET", "/b/k")), "InvalidAccessKeyId");
  key_.access_key = "OTHER";
  EXPECT_EQ(refusal(by_query("GET", "/b/k")), "InvalidAccessKeyId");
  key_ = {"KEY", ""};
  EXPECT_EQ(refusal(by_query("GET", "/b/k")), "InvalidAccessKeyId");
}

TEST_F(VerifierTest, RefusesAnotherSecret) {
  const RequestHead query = by_query("GET", "/b/k"), header = by_header("GET", "/b/k");
  key_.secret = "rotated";
  EXPECT_EQ(refusal(query), "SignatureDoesNotMatch");
  EXPECT_EQ(refusal(header), "SignatureDoesNotMatch");
}

TEST_F(VerifierTest, HoldsUrlsToTheirTime) {
  const RequestHead head = by_query("GET", "/b/k", {}, Duration{60'000});
  clock_.advance(Duration{60'000});
  EXPECT_EQ(refusal(head), "accepted");
  clock_.advance(Duration{1});
  EXPECT_EQ(refusal(head), "AccessDenied");
  clock_.advance(Duration{-60'001 - 900'000});
  EXPECT_EQ(refusal(head), "accepted");
  clock_.advance(Duration{-1});
  EXPECT_EQ(refusal(head), "AccessDenied") << "signed too far in the future";
}

TEST_F(VerifierTest, RefusesLivesOutOfBounds) {
  for (const std::int64_t seconds : {-1L, 0L, 604'801L}) {
    EXPECT_EQ(refusal(by_query("GET", "/b/k", {}, std::chrono::seconds(seconds))), "AuthorizationQueryParametersError") << seconds;
  }
  EXPECT_EQ(refusal(by_query("GET", "/b/k", {}, std::chrono::seconds(604'800))), "accepted");
  for (const char* text : {"", "+60", "60s", "0x3c", "99999999999999999999"}) {
    EXPECT_EQ(refusal(replaced(by_query("GET", "/b/k"), "X-Amz-Expires=60", std::string("X-Amz-Expires=") + text)), "AuthorizationQueryParametersError");
  }
}

TEST_F(VerifierTest, HoldsHeadersToTheClock) {
  const RequestHead head = by_header("GET", "/b/k");
  for (const auto& [minutes, wanted] : {std::pair{15, "accepted"}, {-15, "accepted"}, {16, "RequestTimeTooSkewed"}, {-16, "RequestTimeTooSkewed"}}) {
    ManualClock other(clock_.now() + std::chrono::minutes(minutes));
    const Verifier verifier({}, [](std::string_view) { return std::optional<std::string>("secret"); }, other);
    const auto verified = verifier.verify(head);
    EXPECT_EQ(verified ? "accepted" : verified.error().type, wanted) << minutes;
  }
}

TEST_F(VerifierTest, RefusesAnotherScope) {
  const RequestHead head = by_query("GET", "/b/k");
  for (const auto& [from, to] : {std::pair{"us-east-1", "eu-west-1"}, {"%2Fs3%2F", "%2Fsts%2F"}, {"aws4_request", "aws5_request"}, {"%2F20261124%2F", "%2F20261123%2F"}}) {
    EXPECT_EQ(refusal(replaced(head, from, to)), "AuthorizationQueryParametersError") << to;
  }
}

TEST_F(VerifierTest, RefusesMalformedSignatures) {
  const RequestHead query = by_query("GET", "/b/k"), header = by_header("GET", "/b/k");
  EXPECT_NE(refusal(replaced(query, "X-Amz-SignedHeaders=host", "X-Amz-SignedHeaders=date")), "accepted");
  EXPECT_NE(refusal(replaced(query, "X-Amz-SignedHeaders=host", "X-Amz-SignedHeaders=")), "accepted");
  EXPECT_NE(refusal(replaced(query, "X-Amz-Signature=", "X-Amz-Signature=0")), "accepted");
  EXPECT_NE(refusal(replaced(query, "X-Amz-Date=", "X-Amz-Date=20261124T120000Z&X-Amz-Date=")), "accepted");
  for (const char* text : {"AWS4-HMAC-SHA256", "AWS4-HMAC-SHA256 ", "AWS4-HMAC-SHA256 Credential=a", "AWS4-HMAC-SHA256 Credential=/,SignedHeaders=host,Signature=0",
                           "AWS4-HMAC-SHA256 Credential=a,Credential=b,SignedHeaders=host,Signature=0", "aws4-hmac-sha256", "AWS4-HMAC-SHA256Credential"}) {
    EXPECT_NE(refusal(with(header, "authorization", text)), "accepted") << text;
  }
  EXPECT_EQ(refusal(with(header, "x-amz-content-sha256", "")), "InvalidRequest");
}

TEST_F(VerifierTest, TakesNoSessionToken) {
  key_.session_token = "token";
  EXPECT_EQ(refusal(by_query("GET", "/b/k")), "InvalidToken");
  EXPECT_EQ(refusal(by_header("GET", "/b/k")), "InvalidToken");
}

TEST_F(VerifierTest, RefusesBodiesItCannotCheck) {
  for (const char* kind : {"STREAMING-UNSIGNED-PAYLOAD-TRAILER", "STREAMING-AWS4-HMAC-SHA256-PAYLOAD", "STREAMING-AWS4-HMAC-SHA256-PAYLOAD-TRAILER",
                           "STREAMING-AWS4-ECDSA-P256-SHA256-PAYLOAD"}) {
    EXPECT_EQ(refusal(by_header("PUT", "/b/k", {}, kind)), "NotImplemented") << kind;
    EXPECT_EQ(refusal(with(by_query("PUT", "/b/k"), "x-amz-content-sha256", kind)), "NotImplemented") << kind;
  }
  for (const char* kind : {"", "unsigned-payload", "SIGNED", "E3B0C44298FC1C149AFBF4C8996FB92427AE41E4649B934CA495991B7852B855"}) {
    EXPECT_NE(refusal(by_header("PUT", "/b/k", {}, kind)), "accepted") << kind;
  }
  const auto verified = verifier_.verify(with(by_query("PUT", "/b/k"), "x-amz-content-sha256", kNoBody));
  ASSERT_TRUE(verified) << "exempt from being signed";
  EXPECT_EQ(verified->payload().sha256, kNoBody) << "and still checked";
}

}  // namespace
}  // namespace satchel::net
