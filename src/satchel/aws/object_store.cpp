// SPDX-License-Identifier: Apache-2.0
#include "satchel/aws/object_store.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <pugixml.hpp>
#include <sstream>
#include <utility>

#include "satchel/base/crc.hpp"
#include "satchel/base/encoding.hpp"
#include "satchel/model/content_disposition.hpp"

namespace satchel::aws {
namespace {

constexpr int kMostParts = 10'000;
constexpr std::pair<ChecksumAlgorithm, std::string_view> kElements[] = {{ChecksumAlgorithm::crc64nvme, "ChecksumCRC64NVME"}, {ChecksumAlgorithm::crc32c, "ChecksumCRC32C"}};

std::string field_name(ChecksumAlgorithm algorithm) { return fmt::format("x-amz-checksum-{}", to_string(algorithm)); }

template <class Number>
Number number_in(std::string_view text) {
  Number number = 0;
  std::from_chars(text.data(), text.data() + text.size(), number);
  return number;
}

std::string unquoted(std::string_view etag) {
  if (etag.size() >= 2 && etag.starts_with('"') && etag.ends_with('"')) etag = etag.substr(1, etag.size() - 2);
  return std::string(etag);
}

Result<pugi::xml_document> document_in(const net::ClientResponse& response, const char* root) {
  pugi::xml_document document;
  if (document.load_buffer(response.body.data(), response.body.size()) && document.child(root)) return document;
  return fail(ErrorCode::unavailable, "The object store gave an answer that is none.", fmt::format("no <{}>", root));
}

/// The big-endian number of a checksum.
template <class Number>
std::optional<Number> crc_in(const Checksum& checksum) {
  const auto bytes = from_base64(checksum.value);
  if (!bytes || bytes->size() != sizeof(Number)) return std::nullopt;
  Number crc = 0;
  for (const char byte : *bytes) crc = static_cast<Number>(crc << 8U) | static_cast<unsigned char>(byte);
  return crc;
}

template <class Number>
std::optional<Checksum> combined(const Assembly& assembly, ChecksumAlgorithm algorithm, Number (*combine)(Number, Number, std::uint64_t)) {
  Number whole = 0;
  for (const PartInfo& part : assembly.parts) {
    const auto crc = part.checksum->algorithm == algorithm ? crc_in<Number>(*part.checksum) : std::nullopt;
    if (!crc) return std::nullopt;
    whole = combine(whole, *crc, part.size);
  }
  return Checksum{algorithm, checksum_text(whole)};
}

/// The checksum of the whole as it follows from its parts; empty where one of them has none.
std::optional<Checksum> joined_checksum(const Assembly& assembly) {
  if (std::ranges::any_of(assembly.parts, [](const PartInfo& part) { return !part.checksum; })) return std::nullopt;
  const ChecksumAlgorithm algorithm = assembly.parts.front().checksum->algorithm;
  return algorithm == ChecksumAlgorithm::crc64nvme ? combined<std::uint64_t>(assembly, algorithm, crc64nvme_combine) : combined<std::uint32_t>(assembly, algorithm, crc32c_combine);
}

std::string completion(const Assembly& assembly) {
  pugi::xml_document document;
  pugi::xml_node root = document.append_child("CompleteMultipartUpload");
  root.append_attribute("xmlns") = "http://s3.amazonaws.com/doc/2006-03-01/";
  for (const PartInfo& part : assembly.parts) {
    pugi::xml_node node = root.append_child("Part");
    node.append_child("PartNumber").text() = part.number;
    node.append_child("ETag").text() = fmt::format("\"{}\"", part.etag).c_str();
    for (const auto& [algorithm, element] : kElements) {
      if (part.checksum && part.checksum->algorithm == algorithm) node.append_child(element.data()).text() = part.checksum->value.c_str();
    }
  }
  std::ostringstream text;
  document.save(text, "", pugi::format_raw);
  return std::move(text).str();
}

/// What is not there has been removed.
Result<void> removed(const Result<net::ClientResponse>& response) {
  if (!response && response.error().code != ErrorCode::not_found) return std::unexpected(response.error());
  return {};
}

class S3ObjectStore final : public ObjectStore {
 public:
  S3ObjectStore(S3Options options, std::unique_ptr<ObjectEvents> events, Clock& clock, Random& random, std::unique_ptr<DownloadSigner> downloads)
      : knows_whole_(options.full_object_checksums), tickets_(options.tickets), longest_upload_url_(options.longest_upload_url),
        s3_(std::move(options), clock, random), events_(std::move(events)), downloads_(std::move(downloads)) {}

  Result<SignedRequest> sign_upload(const Call& call, const Grant& grant, const UploadTerms& terms) const override;
  Result<SignedRequest> sign_part(const Call& call, const Grant& grant, const PartTerms& terms) const override;
  Result<SignedRequest> sign_download(const Call& call, const Grant& grant, const DownloadTerms& terms) const override;
  Result<std::string> begin(const Call& call, const ObjectKey& key, ChecksumAlgorithm algorithm) override;
  Result<PartPage> list_parts(const Call& call, const ObjectKey& key, const std::string& store_upload, int after) const override;
  Result<ObjectInfo> complete(const Call& call, const Assembly& assembly) override;
  Result<void> abort(const Call& call, const ObjectKey& key, const std::string& store_upload) override;
  Result<std::optional<ObjectInfo>> head(const Call& call, const ObjectKey& key) const override;
  Result<void> remove(const Call& call, const ObjectKey& key) override;
  Result<std::vector<Event>> receive(const Call& call, int most) override { return events_ ? events_->receive(call, most) : std::vector<Event>{}; }
  Result<void> acknowledge(const Call& call, const Event& event) override { return events_ ? events_->acknowledge(call, event) : Result<void>{}; }

 private:
  static Result<void> demand(const Grant& grant, Action action) {
    if (grant.action() == action) return {};
    return fail(ErrorCode::internal, "Something went wrong on our side.", "signing under a grant for another action");
  }
  /// What an upload URL binds: nothing else than these bytes goes through it.
  static net::Fields bound(std::uint64_t length, const std::optional<Checksum>& checksum) {
    net::Fields fields{{"content-length", std::to_string(length)}};
    if (checksum) fields.add(field_name(checksum->algorithm), checksum->value);
    return fields;
  }
  /// A URL's date has whole seconds, and so has its end.
  static Time end_of(const Call& call, Duration lifetime) { return std::chrono::floor<std::chrono::seconds>(call.now) + std::chrono::floor<std::chrono::seconds>(lifetime); }
  Result<SignedRequest> sign(const S3Request& request, const Call& call, Duration wanted) const;
  Result<ObjectInfo> completed_before(const Call& call, const Assembly& assembly, const std::optional<Checksum>& checksum, Error error) const;

  bool knows_whole_, tickets_;
  Duration longest_upload_url_;
  S3Client s3_;
  std::unique_ptr<ObjectEvents> events_;
  std::unique_ptr<DownloadSigner> downloads_;
};

Result<SignedRequest> S3ObjectStore::sign(const S3Request& request, const Call& call, Duration wanted) const {
  const Duration lifetime = TRY(s3_.lifetime(call, wanted));
  SignedRequest made{.method = request.method};
  made.url = TRY(s3_.presign(request, call, lifetime));
  for (const net::Field& field : request.fields) made.headers.emplace_back(field.name, field.value);
  made.expires = end_of(call, lifetime);
  return made;
}

Result<SignedRequest> S3ObjectStore::sign_upload(const Call& call, const Grant& grant, const UploadTerms& terms) const {
  TRY(demand(grant, Action::add));
  S3Request request{.method = "PUT", .key = terms.key, .query = {}, .fields = bound(terms.length, terms.checksum), .body = {}};
  // The one-line upload comes by a redirect: its client sends no header of ours.
  if (terms.checksum) request.fields.add("if-none-match", "*");
  if (tickets_) request.query.emplace_back("x-satchel-ticket", grant.ticket());
  if (tickets_ && !terms.checksum) request.query.emplace_back("x-satchel-if-none-match", "*");
  return sign(request, call, std::min(terms.lifetime, longest_upload_url_));
}

Result<SignedRequest> S3ObjectStore::sign_part(const Call& call, const Grant& grant, const PartTerms& terms) const {
  TRY(demand(grant, Action::add));
  if (terms.number < 1 || terms.number > kMostParts) return fail(ErrorCode::invalid, "Parts are numbered from 1 to 10,000.");
  S3Request request{"PUT", terms.key, {{"uploadId", terms.store_upload}, {"partNumber", std::to_string(terms.number)}}, bound(terms.length, terms.checksum), {}};
  if (tickets_) request.query.emplace_back("x-satchel-ticket", grant.ticket());
  return sign(request, call, std::min(terms.lifetime, longest_upload_url_));
}

Result<SignedRequest> S3ObjectStore::sign_download(const Call& call, const Grant& grant, const DownloadTerms& terms) const {
  TRY(demand(grant, Action::read));
  if (downloads_) return downloads_->sign_download(call, grant, terms);
  // Always a type of ours: what the uploader sent as the type is never sent on.
  const std::string type = terms.content_type.empty() ? "application/octet-stream" : terms.content_type;
  net::Parameters query{{"response-content-disposition", content_disposition(terms.file_name, terms.inline_view)}, {"response-content-type", type}};
  if (tickets_) query.insert(query.end(), {{"x-satchel-ticket", grant.ticket()}, {"x-satchel-lease", terms.lease}});
  return sign({"GET", terms.key, std::move(query), {}, {}}, call, terms.lifetime);
}

Result<std::string> S3ObjectStore::begin(const Call& call, const ObjectKey& key, ChecksumAlgorithm algorithm) {
  const net::Fields fields{{"x-amz-checksum-algorithm", algorithm == ChecksumAlgorithm::crc64nvme ? "CRC64NVME" : "CRC32C"}, {"x-amz-checksum-type", "FULL_OBJECT"}};
  const auto response = TRY(s3_.send({"POST", key, {{"uploads", ""}}, fields, {}}, call.deadline));
  const auto document = TRY(document_in(response, "InitiateMultipartUploadResult"));
  return std::string(document.first_child().child_value("UploadId"));
}

Result<PartPage> S3ObjectStore::list_parts(const Call& call, const ObjectKey& key, const std::string& store_upload, int after) const {
  const auto response = TRY(s3_.send({"GET", key, {{"uploadId", store_upload}, {"part-number-marker", std::to_string(after)}}, {}, {}}, call.deadline));
  const auto document = TRY(document_in(response, "ListPartsResult"));
  const pugi::xml_node root = document.first_child();
  PartPage page;
  for (const pugi::xml_node& node : root.children("Part")) {
    PartInfo part{number_in<int>(node.child_value("PartNumber")), number_in<std::uint64_t>(node.child_value("Size")), unquoted(node.child_value("ETag")), {}};
    for (const auto& [algorithm, element] : kElements) {
      if (const auto value = node.child(element.data())) part.checksum = Checksum{algorithm, value.child_value()};
    }
    page.parts.push_back(std::move(part));
  }
  if (root.child_value("IsTruncated") == std::string_view("true") && !page.parts.empty()) page.next = page.parts.back().number;
  return page;
}

Result<ObjectInfo> S3ObjectStore::complete(const Call& call, const Assembly& assembly) {
  if (assembly.parts.empty()) return fail(ErrorCode::invalid, "There is no part to assemble.", {}, "part_missing");
  for (std::size_t n = 0; n < assembly.parts.size(); ++n) {
    // S3 lets numbers be left out; here a gap is a part that was forgotten.
    if (assembly.parts[n].number != static_cast<int>(n) + 1) return fail(ErrorCode::invalid, fmt::format("Part {} is missing. Send it again.", n + 1), {}, "part_missing");
  }
  const auto joined = joined_checksum(assembly);
  if (!knows_whole_ && assembly.checksum && assembly.checksum != joined) {
    return fail(ErrorCode::invalid, "The file does not have the checksum that was declared. Upload it again.", {}, "wrong_checksum");
  }
  const auto checksum = assembly.checksum ? assembly.checksum : joined;
  net::Fields fields{{"content-type", "application/xml"}, {"if-none-match", "*"}, {"x-amz-mp-object-size", std::to_string(assembly.size)}};
  if (checksum && knows_whole_) {
    fields.add(field_name(checksum->algorithm), checksum->value);
    fields.add("x-amz-checksum-type", "FULL_OBJECT");
  }
  const auto response = s3_.send({"POST", assembly.key, {{"uploadId", assembly.store_upload}}, std::move(fields), completion(assembly)}, call.deadline);
  if (!response) {
    const ErrorCode code = response.error().code;
    if (code == ErrorCode::not_found || code == ErrorCode::conflict) return completed_before(call, assembly, checksum, response.error());
    return std::unexpected(response.error());
  }
  const auto document = TRY(document_in(*response, "CompleteMultipartUploadResult"));
  return ObjectInfo{assembly.size, unquoted(document.first_child().child_value("ETag")), checksum, {}};
}

/// The upload has ended, or the key is taken: by this very assembly, when an answer was lost, or by other bytes.
Result<ObjectInfo> S3ObjectStore::completed_before(const Call& call, const Assembly& assembly, const std::optional<Checksum>& checksum, Error error) const {
  auto found = TRY(head(call, assembly.key));
  if (!found) return std::unexpected(std::move(error));
  // Without a checksum of the whole, the etag tells at least of how many parts an object was made.
  const bool same = knows_whole_ ? checksum && found->checksum == checksum : found->etag.ends_with(fmt::format("-{}", assembly.parts.size()));
  if (same && found->size == assembly.size) return *std::move(found);
  return fail(ErrorCode::conflict, "Another file has taken this place. Upload it again.", error.detail, error.type);
}

Result<void> S3ObjectStore::abort(const Call& call, const ObjectKey& key, const std::string& store_upload) {
  return removed(s3_.send({"DELETE", key, {{"uploadId", store_upload}}, {}, {}}, call.deadline));
}

Result<std::optional<ObjectInfo>> S3ObjectStore::head(const Call& call, const ObjectKey& key) const {
  const auto response = s3_.send({"HEAD", key, {}, {{"x-amz-checksum-mode", "ENABLED"}}, {}}, call.deadline);
  if (!response && response.error().code == ErrorCode::not_found) return std::nullopt;
  if (!response) return std::unexpected(response.error());
  const net::Fields& fields = response->fields;
  ObjectInfo info{number_in<std::uint64_t>(fields.find("content-length").value_or("")), unquoted(fields.find("etag").value_or("")), {}, {}};
  for (const auto& [algorithm, element] : kElements) {
    if (const auto value = fields.find(field_name(algorithm))) info.checksum = Checksum{algorithm, std::string(*value)};
  }
  return info;
}

Result<void> S3ObjectStore::remove(const Call& call, const ObjectKey& key) { return removed(s3_.send({"DELETE", key, {}, {}, {}}, call.deadline)); }

}  // namespace

std::unique_ptr<ObjectStore> s3_object_store(S3Options options, std::unique_ptr<ObjectEvents> events, Clock& clock, Random& random, std::unique_ptr<DownloadSigner> downloads) {
  return std::make_unique<S3ObjectStore>(std::move(options), std::move(events), clock, random, std::move(downloads));
}

}  // namespace satchel::aws
