// SPDX-License-Identifier: Apache-2.0
// The engine is an imposter that verifies as much as the test says.
#include "satchel/aws/integrity.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <optional>
#include <set>
#include <tuple>

#include "satchel/aws/imposter.hpp"
#include "satchel/base/crc.hpp"
#include "satchel/memory/random.hpp"

namespace satchel::aws {
namespace {

using testing::AllOf;
using testing::HasSubstr;
using testing::IsEmpty;

struct Engine {
  std::set<std::string> ignored = {};  // "object x-amz-checksum-crc32c": what it takes whatever its bytes are
  bool knows_parts = true;
  int wrong = 400, right = 200;  // what it answers to bytes that fit their checksum, and to others
  std::set<std::string> objects = {};
  int uploads = 0;  // that nobody ended

  Reply operator()(const Asked& asked) {
    const bool part = asked.target.contains("uploadId=");
    const std::string path = asked.target.substr(0, asked.target.find('?'));
    if (asked.method == "POST" && !knows_parts) return {.status = 501, .body = "<Error><Code>NotImplemented</Code></Error>"};
    if (asked.method == "POST") return ++uploads, Reply{.body = "<InitiateMultipartUploadResult><UploadId>u</UploadId></InitiateMultipartUploadResult>"};
    if (asked.method == "DELETE") return part ? --uploads : static_cast<int>(objects.erase(path)), Reply{.status = 204, .body = ""};
    for (const auto& [field, checksum] : {std::pair("x-amz-checksum-crc64nvme", checksum_text(crc64nvme(asked.body))), {"x-amz-checksum-crc32c", checksum_text(crc32c(asked.body))}}) {
      const bool judges = !asked.field(field).empty() && !ignored.contains((part ? "part " : "object ") + std::string(field));
      if (judges && asked.field(field) != checksum) return {.status = wrong, .body = "<Error><Code>BadDigest</Code></Error>"};
    }
    if (right != 200) return {.status = right, .body = "<Error><Code>NotNow</Code></Error>"};
    if (!part) objects.insert(path);
    return {.body = ""};
  }
};

class Integrity : public testing::Test {
 protected:
  static S3Options options(const std::string& endpoint) { return {.endpoint = endpoint, .region = "us-east-1", .bucket = "bytes", .credentials = fixed_credential({"key", "secret"})}; }
  Result<void> verify(Engine& engine) {
    Imposter imposter(std::ref(engine));
    return verify_integrity(options(imposter.url()), *clock_, random_, clock_->now() + std::chrono::seconds{20});
  }

  std::unique_ptr<Clock> clock_ = system_clock();
  SeededRandom random_{1};
};

TEST_F(Integrity, AnEngineThatVerifiesEverythingIsFine) {
  Engine engine;
  EXPECT_TRUE(verify(engine));
  EXPECT_EQ(engine.uploads, 0);
}

TEST_F(Integrity, WhatIsTakenWithoutALookAtItsChecksumIsFoundAndRemoved) {
  for (const auto& [ignored, what, algorithm] : std::vector<std::tuple<std::string, std::string, std::string>>{{"object x-amz-checksum-crc64nvme", "takes an object", "CRC64NVME"},
                                                                                                            {"object x-amz-checksum-crc32c", "takes an object", "CRC32C"},
                                                                                                            {"part x-amz-checksum-crc64nvme", "takes a part", "CRC64NVME"},
                                                                                                            {"part x-amz-checksum-crc32c", "takes a part", "CRC32C"}}) {
    Engine engine{.ignored = {ignored}};
    const auto verified = verify(engine);
    ASSERT_FALSE(verified) << ignored;
    EXPECT_EQ(verified.error().code, ErrorCode::invalid);
    EXPECT_THAT(verified.error().message, AllOf(HasSubstr("http://127.0.0.1:"), HasSubstr(what), HasSubstr("(" + algorithm + ")"), HasSubstr("Set 'objects'")));
    EXPECT_THAT(engine.objects, IsEmpty());
    EXPECT_EQ(engine.uploads, 0);
  }
}

TEST_F(Integrity, ARefusalOfAnotherKindTellsNothing) {
  for (Engine engine : {Engine{.wrong = 403}, {.wrong = 500}, {.wrong = 503}, {.right = 400}, {.right = 403}, {.right = 500}, {.wrong = 422, .right = 422}, {.ignored = {}, .knows_parts = false}}) {
    const auto verified = verify(engine);
    ASSERT_FALSE(verified) << engine.wrong << ' ' << engine.right << ' ' << engine.knows_parts;
    EXPECT_EQ(verified.error().code, ErrorCode::unavailable);
    EXPECT_THAT(verified.error().message, AllOf(HasSubstr("http://127.0.0.1:"), HasSubstr("not known"), HasSubstr("'objects'")));
    EXPECT_THAT(engine.objects, IsEmpty());
    EXPECT_EQ(engine.uploads, 0);
  }
  Engine other{.wrong = 422};
  EXPECT_TRUE(verify(other));
}

TEST_F(Integrity, TellsWhetherTheChecksumOfTheWholeIsKeptAndLeavesNothing) {
  struct Case {
    bool completes, tells;
    std::optional<bool> kept;
  };
  for (const auto& [completes, tells, kept] : {Case{true, true, true}, {true, false, false}, {false, false, std::nullopt}}) {
    Engine engine;
    std::string whole;
    Imposter imposter([&](const Asked& asked) {
      if (asked.method == "HEAD") return tells ? Reply{.body = "", .fields = {{"x-amz-checksum-crc64nvme", whole}}} : Reply{.body = ""};
      if (asked.method != "POST" || !asked.target.contains("uploadId=")) return engine(asked);
      whole = asked.field("x-amz-checksum-crc64nvme");
      if (!completes) return Reply{.status = 400, .body = "<Error><Code>BadDigest</Code></Error>"};
      engine.objects.insert(asked.target.substr(0, asked.target.find('?')));
      return --engine.uploads, Reply{.body = "<CompleteMultipartUploadResult/>"};
    });
    const auto found = keeps_whole_checksum(options(imposter.url()), *clock_, random_, clock_->now() + std::chrono::seconds{20});
    EXPECT_EQ(found ? std::optional(*found) : std::nullopt, kept);
    EXPECT_TRUE(found || found.error().code == ErrorCode::invalid);
    EXPECT_THAT(engine.objects, IsEmpty());
    EXPECT_EQ(engine.uploads, 0);
  }
}

TEST_F(Integrity, NoAnswerTellsNothing) {
  const auto verified = verify_integrity(options("http://127.0.0.1:1"), *clock_, random_, clock_->now() + Duration{500});
  ASSERT_FALSE(verified);
  EXPECT_EQ(verified.error().code, ErrorCode::unavailable);
}

}  // namespace
}  // namespace satchel::aws
