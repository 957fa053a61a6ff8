// SPDX-License-Identifier: Apache-2.0
#include "satchel/aws/integrity.hpp"

#include <fmt/format.h>

#include <optional>
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

bool is_good(int status) { return status >= 200 && status < 300; }

std::unexpected<Error> not_known(std::string why) { return fail(ErrorCode::unavailable, {}, std::move(why)); }

/// One PUT as clients send it: what is declared is signed and the same each time, so the bytes alone make the difference.
struct Put {
  ObjectKey key;
  net::Parameters query = {};
  std::string_view bytes;
};

Result<std::string> begin_parts(const S3Client& s3, const ObjectKey& key, const Algorithm& algorithm, Time deadline) {
  const auto begun = TRY(s3.send({"POST", key, {{"uploads", ""}}, {{"x-amz-checksum-algorithm", algorithm.name}, {"x-amz-checksum-type", "FULL_OBJECT"}}, {}}, deadline));
  pugi::xml_document document;
  document.load_buffer(begun.body.data(), begun.body.size());
  std::string upload = document.child("InitiateMultipartUploadResult").child_value("UploadId");
  if (upload.empty()) return not_known("an upload in parts was begun without an id");
  return upload;
}

/// Whether the engine looks at what was declared. Error: unavailable, where it did not take what fits either, or refused the rest for a
/// reason that has nothing to do with checksums; the detail says which.
class Trial {
 public:
  Trial(const S3Options& options, Clock& clock, Random& random, Time deadline)
      : clock_(clock), deadline_(deadline), s3_(options, clock, random), http_(net::Client::create({.user_agent = "satchel"}, clock)), name_("doctor/" + random_id(random)) {}

  Result<bool> of_object(const Algorithm& algorithm) const {
    const ObjectKey fits(name_ + "-fits-" + algorithm.name), other(name_ + "-other-" + algorithm.name);
    auto verifies = judge({fits, {}, kDeclared}, {other, {}, kArrived}, algorithm);
    remove(fits, {});
    if (verifies && !*verifies) remove(other, {});
    return verifies;
  }

  Result<bool> of_part(const Algorithm& algorithm) const {
    const ObjectKey key(name_ + "-parts-" + algorithm.name);
    const std::string upload = TRY(begin_parts(s3_, key, algorithm, deadline_));
    const auto part = [&](std::string_view number, std::string_view bytes) { return Put{key, {{"uploadId", upload}, {"partNumber", std::string(number)}}, bytes}; };
    auto verifies = judge(part("1", kDeclared), part("2", kArrived), algorithm);
    remove(key, {{"uploadId", upload}});
    return verifies;
  }

 private:
  Result<bool> judge(const Put& fits, const Put& other, const Algorithm& algorithm) const {
    const int taken = TRY(send(fits, algorithm));
    if (!is_good(taken)) return not_known(fmt::format("bytes that fit their checksum were answered by {}", taken));
    const int answer = TRY(send(other, algorithm));
    if (is_good(answer)) return false;
    if (answer == 400 || answer == 422) return true;
    return not_known(fmt::format("bytes that do not fit their checksum were answered by {}", answer));
  }

  Result<int> send(const Put& put, const Algorithm& algorithm) const {
    const auto url = TRY(s3_.presign({"PUT", put.key, put.query, {{"content-length", std::to_string(kDeclared.size())}, {algorithm.field, algorithm.checksum}}, {}}, {clock_.now(), deadline_}, kLife));
    const auto answer = TRY(http_->send({.method = "PUT", .url = TRY(net::Url::parse(url)), .fields = {{algorithm.field, algorithm.checksum}}, .body = std::string(put.bytes), .body_reader = {}, .body_length = 0}, deadline_));
    return answer.status;
  }

  void remove(const ObjectKey& key, net::Parameters query) const { (void)s3_.send({"DELETE", key, std::move(query), {}, {}}, deadline_); }

  Clock& clock_;
  Time deadline_;
  S3Client s3_;
  std::unique_ptr<net::Client> http_;
  std::string name_;
};

/// Every trial's outcome in one.
class Verdict {
 public:
  explicit Verdict(const S3Options& options) : options_(options) {}

  void add(const Result<bool>& verifies, std::string_view what, const Algorithm& algorithm) {
    if (verifies && *verifies) return;
    // That it does not look is the worse news of the two.
    if (verifies) worse(ErrorCode::invalid, fmt::format("{} takes {} whose bytes do not have the checksum that was declared for them ({}), so damage on the way is not noticed. Set 'objects' to an engine that verifies checksums, or take a newer one.", options_.endpoint, what, algorithm.name), {});
    else worse(ErrorCode::unavailable, fmt::format("Whether {} verifies the checksum of {} ({}) is not known: it did not answer as an engine that does. Look at the credential and the engine that 'objects' names, then ask 'satchel doctor'.", options_.endpoint, what, algorithm.name), verifies.error().detail);
  }
  Result<void> result() && {
    if (error_) return std::unexpected(*std::move(error_));
    return {};
  }

 private:
  void worse(ErrorCode code, std::string message, std::string detail) {
    if (!error_ || (code == ErrorCode::invalid && error_->code != code)) error_ = Error{code, std::move(message), std::move(detail)};
  }

  const S3Options& options_;
  std::optional<Error> error_;
};

/// One part, and the end with the checksum of the whole.
Result<void> end_in_one_part(const S3Client& s3, const S3Options& options, const ObjectKey& key, const std::string& upload, const Algorithm& algorithm, Time deadline) {
  const auto sent = TRY(s3.send({"PUT", key, {{"uploadId", upload}, {"partNumber", "1"}}, {{algorithm.field, algorithm.checksum}}, std::string(kDeclared)}, deadline));
  const std::string parts = fmt::format("<CompleteMultipartUpload xmlns=\"http://s3.amazonaws.com/doc/2006-03-01/\"><Part><PartNumber>1</PartNumber><ETag>{}</ETag><Checksum{}>{}</Checksum{}></Part></CompleteMultipartUpload>",
                                        sent.fields.find("etag").value_or(""), algorithm.name, algorithm.checksum, algorithm.name);
  net::Fields fields{{"content-type", "application/xml"}, {"x-amz-mp-object-size", std::to_string(kDeclared.size())}};
  if (options.full_object_checksums) {
    fields.add(algorithm.field, algorithm.checksum);
    fields.add("x-amz-checksum-type", "FULL_OBJECT");
  }
  TRY(s3.send({"POST", key, {{"uploadId", upload}}, std::move(fields), parts}, deadline));
  return {};
}

Algorithm usual() { return {"CRC64NVME", "x-amz-checksum-crc64nvme", checksum_text(crc64nvme(kDeclared))}; }

}  // namespace

Result<bool> keeps_whole_checksum(const S3Options& options, Clock& clock, Random& random, Time deadline) {
  const S3Client s3(options, clock, random);
  const ObjectKey key("doctor/" + random_id(random));
  const Algorithm algorithm = usual();
  const std::string upload = TRY(begin_parts(s3, key, algorithm, deadline));
  const auto made = end_in_one_part(s3, options, key, upload, algorithm, deadline);
  if (!made) (void)s3.send({"DELETE", key, {{"uploadId", upload}}, {}, {}}, deadline);
  const auto head = made ? s3.send({"HEAD", key, {}, {{"x-amz-checksum-mode", "ENABLED"}}, {}}, deadline) : std::unexpected(made.error());
  (void)s3.send({"DELETE", key, {}, {}, {}}, deadline);
  if (!made) return std::unexpected(made.error());
  return head && head->fields.find(algorithm.field) == algorithm.checksum;
}

Result<void> verify_integrity(const S3Options& options, Clock& clock, Random& random, Time deadline) {
  static_assert(kDeclared.size() == kArrived.size());
  const Trial trial(options, clock, random, deadline);
  Verdict verdict(options);
  for (const Algorithm& algorithm : {usual(), Algorithm{"CRC32C", "x-amz-checksum-crc32c", checksum_text(crc32c(kDeclared))}}) {
    verdict.add(trial.of_object(algorithm), "an object", algorithm);
    verdict.add(trial.of_part(algorithm), "a part", algorithm);
  }
  return std::move(verdict).result();
}

}  // namespace satchel::aws
