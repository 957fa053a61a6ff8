// SPDX-License-Identifier: Apache-2.0
// What the contract of object stores (tests/contract) does not ask.
#include "satchel/aws/object_store.hpp"

#include <gtest/gtest.h>

#include "satchel/aws/cloudfront_signer.hpp"
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

}  // namespace
}  // namespace satchel::aws
