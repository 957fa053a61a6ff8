// SPDX-License-Identifier: Apache-2.0
// What the contract of object stores (tests/contract) does not ask.
#include "satchel/aws/object_store.hpp"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <tuple>

#include "satchel/aws/cloudfront_signer.hpp"
#include "satchel/aws/imposter.hpp"
#include "satchel/memory/clock.hpp"
#include "satchel/memory/random.hpp"

namespace satchel::aws {
namespace {

/// Of this test alone.
constexpr std::string_view kKey = R"(-----BEGIN PRIVATE KEY-----
MIGHAgEAMBMGByqGSM49AgEGCCqGSM49AwEHBG0wawIBAQQgoFbtUEI/Dlqc9m7L
PuLmSphKi94MartZpOVUUiSr3XOhRANCAATOA45YUcb5oer1DORAPzQup0/PaaH5
cJq2g4eQJqhtCfk2LsNSMOhSsj6OaYeUL7AMpkV3NbEkauRzufLTyzTd
-----END PRIVATE KEY-----
)";

TEST(S3ObjectStore, SignsDownloadsForTheContentDistributionWhereThereIsOne) {
  ManualClock clock;
  SeededRandom random{1};
  const S3Options options{.endpoint = "https://s3.eu-central-1.amazonaws.com", .region = "eu-central-1", .bucket = "files", .bucket_in_host = true, .credentials = fixed_credential({"AKID", "secret"})};
  const auto store = s3_object_store(options, nullptr, clock, random, cloudfront_downloads("https://content.example.net", *CloudFrontKey::from(kKey, "K1")));
  const Call call{.now = clock.now() + std::chrono::milliseconds{1}, .deadline = clock.now() + std::chrono::seconds{5}};
  const auto grant = decide(System{}, Action::read, {EntryId("entry"), {}, SpaceId("space"), UserId("owner"), false}, call.now);
  ASSERT_TRUE(grant) << grant.error().message;

  const auto made = store->sign_download(call, *grant, {.key = ObjectKey("ab/cdef"), .file_name = "report.pdf", .content_type = "application/pdf", .lifetime = std::chrono::seconds{60}});
  ASSERT_TRUE(made) << made.error().message;
  EXPECT_TRUE(made->url.starts_with("https://content.example.net/ab/cdef?response-content-disposition=attachment")) << made->url;
  EXPECT_NE(made->url.find("Key-Pair-Id=K1"), std::string::npos);
  EXPECT_EQ(made->url.find("X-Amz-"), std::string::npos) << "two authorisations in one URL";
  EXPECT_EQ(made->expires, std::chrono::floor<std::chrono::seconds>(call.now) + std::chrono::seconds{60});
}

class Completion : public testing::Test {
 protected:
  Result<ObjectInfo> complete(Imposter& imposter) {
    const auto store = s3_object_store({.endpoint = imposter.url(), .region = "us-east-1", .bucket = "files", .credentials = fixed_credential({"key", "secret"})}, nullptr, *clock_, random_);
    return store->complete({clock_->now(), clock_->now() + std::chrono::seconds{20}}, {.key = ObjectKey("a"), .store_upload = "u", .parts = {{.number = 1, .size = 1, .etag = "e", .checksum = {}}}, .size = 1, .checksum = {}});
  }
  static Reply failed(int status, std::string_view type) { return {.status = status, .body = fmt::format("<Error><Code>{}</Code><Message>m</Message></Error>", type)}; }

  const Reply done_{.body = R"(<CompleteMultipartUploadResult><ETag>"e-1"</ETag></CompleteMultipartUploadResult>)"};
  std::unique_ptr<Clock> clock_ = system_clock();
  SeededRandom random_{1};
};

TEST_F(Completion, ThatFailsBehindA200IsRepeated) {
  for (const char* type : {"InternalError", "ServiceUnavailable", "InternalFailure", "SlowDown", "SomethingNew", ""}) {
    Imposter imposter(std::vector<Reply>{failed(200, type), done_});
    const auto made = complete(imposter);
    ASSERT_TRUE(made) << type << ": " << made.error().detail;
    EXPECT_EQ(made->etag, "e-1");
    EXPECT_EQ(imposter.asked().size(), 2u) << type;
  }
}

TEST_F(Completion, ThatIsRefusedIsNot) {
  for (const auto& [status, type, code] : std::vector<std::tuple<int, std::string, ErrorCode>>{{200, "InvalidPart", ErrorCode::invalid}, {400, "InvalidPart", ErrorCode::invalid}, {400, "SomethingNew", ErrorCode::internal}, {403, "AccessDenied", ErrorCode::internal}}) {
    Imposter imposter(std::vector<Reply>{failed(status, type)});
    EXPECT_EQ(complete(imposter).error().code, code) << status << ' ' << type;
    EXPECT_EQ(imposter.asked().size(), 1u) << status << ' ' << type;
  }
}

}  // namespace
}  // namespace satchel::aws
