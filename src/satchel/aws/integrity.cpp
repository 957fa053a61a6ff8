// SPDX-License-Identifier: Apache-2.0
#include "satchel/aws/integrity.hpp"

#include <fmt/format.h>

#include <pugixml.hpp>
#include <utility>

#include "satchel/base/crc.hpp"

namespace satchel::aws {
namespace {

constexpr std::string_view kDeclared = "Satchel sent these bytes.", kArrived = "Satchel sent those bytes.";
constexpr Duration kLife = std::chrono::minutes{2};

struct Algorithm {
  std::string name;      // "CRC32C", as S3 writes it
  std::string field;
  std::string checksum;  // of what is declared
};

class Trial {
 public:
  Trial(const S3Options& options, Clock& clock, Random& random, Time deadline)
      : clock_(clock), deadline_(deadline), s3_(options, clock, random), http_(net::Client::create({.user_agent = "satchel"}, clock)), key_("doctor/" + random_id(random)) {}

  bool takes_object(const Algorithm& algorithm) const {
    const bool taken = takes({}, algorithm);
    if (taken) (void)s3_.send({"DELETE", key_, {}, {}, {}}, deadline_);
    return taken;
  }

  bool takes_part(const Algorithm& algorithm) const {
    const auto begun = s3_.send({"POST", key_, {{"uploads", ""}}, {{"x-amz-checksum-algorithm", algorithm.name}, {"x-amz-checksum-type", "FULL_OBJECT"}}, {}}, deadline_);
    if (!begun) return false;
    pugi::xml_document document;
    document.load_buffer(begun->body.data(), begun->body.size());
    const std::string upload = document.child("InitiateMultipartUploadResult").child_value("UploadId");
    if (upload.empty()) return false;
    const bool taken = takes({{"uploadId", upload}, {"partNumber", "1"}}, algorithm);
    (void)s3_.send({"DELETE", key_, {{"uploadId", upload}}, {}, {}}, deadline_);
    return taken;
  }

 private:
  bool takes(net::Parameters query, const Algorithm& algorithm) const {
    const auto url = s3_.presign({"PUT", key_, std::move(query), {{"content-length", std::to_string(kDeclared.size())}, {algorithm.field, algorithm.checksum}}, {}}, {clock_.now(), deadline_}, kLife);
    const auto parsed = url ? net::Url::parse(*url) : Result<net::Url>(std::unexpected(url.error()));
    if (!parsed) return false;
    const auto answer = http_->send({.method = "PUT", .url = *parsed, .fields = {{algorithm.field, algorithm.checksum}}, .body = std::string(kArrived), .body_reader = {}, .body_length = 0}, deadline_);
    return answer && answer->status >= 200 && answer->status < 300;
  }

  Clock& clock_;
  Time deadline_;
  S3Client s3_;
  std::unique_ptr<net::Client> http_;
  ObjectKey key_;
};

std::unexpected<Error> not_verified(const S3Options& options, std::string_view what, const Algorithm& algorithm) {
  return fail(ErrorCode::invalid, fmt::format("{} takes {} whose bytes do not have the checksum that was declared for them ({}), so damage on the way is not noticed. Set 'objects' to an engine that verifies checksums, or take a newer one.",
                                              options.endpoint, what, algorithm.name));
}

}  // namespace

Result<void> verify_integrity(const S3Options& options, Clock& clock, Random& random, Time deadline) {
  static_assert(kDeclared.size() == kArrived.size());
  const Trial trial(options, clock, random, deadline);
  for (const Algorithm& algorithm : {Algorithm{"CRC64NVME", "x-amz-checksum-crc64nvme", checksum_text(crc64nvme(kDeclared))}, Algorithm{"CRC32C", "x-amz-checksum-crc32c", checksum_text(crc32c(kDeclared))}}) {
    if (trial.takes_object(algorithm)) return not_verified(options, "an object", algorithm);
    if (trial.takes_part(algorithm)) return not_verified(options, "a part", algorithm);
  }
  return {};
}

}  // namespace satchel::aws
