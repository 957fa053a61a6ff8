// SPDX-License-Identifier: Apache-2.0
#include "satchel/objects/upload.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <utility>

#include "satchel/base/crypto.hpp"
#include "satchel/base/encoding.hpp"
#include "satchel/objects/checksums.hpp"
#include "satchel/objects/conditions.hpp"
#include "satchel/objects/failure.hpp"
#include "satchel/objects/intake.hpp"
#include "satchel/objects/xml.hpp"

namespace satchel::objects {
namespace {

constexpr std::size_t kDocumentLimit = 4 * 1024 * 1024;  // 10,000 parts with their checksums
constexpr int kPartsInPage = 1000;
constexpr std::size_t kMetadataLimit = 2 * 1024;

std::unexpected<Error> taken() { return refuse(ErrorCode::conflict, "PreconditionFailed", "There is an object of this key already."); }

Result<std::uint64_t> declared_length(const Asked& asked) {
  const net::RequestHead& head = asked.exchange->head();
  if (head.content_length) return *head.content_length;
  // A request without any framing has no body: RFC 9112 section 6.3. S3 wants to be told.
  return refuse(ErrorCode::invalid, "MissingContentLength", "Send Content-Length: the store wants to know how much will come.");
}

/// What is kept with an object. Beside the type only what the signer signed: whoever holds an upload URL sets nothing else.
Result<Headers> kept_headers(const Asked& asked) {
  constexpr std::array<std::string_view, 5> kNames{"cache-control", "content-disposition", "content-encoding", "content-language", "expires"};
  Headers kept;
  std::size_t metadata = 0;
  for (const auto& [name, value] : asked.fields()) {
    const bool meta = name.starts_with("x-amz-meta-");
    const bool signed_one = asked.verified->signs(name) && (meta || std::ranges::find(kNames, name) != kNames.end());
    if (name == "content-encoding" && value.contains("aws-chunked")) {
      return refuse(ErrorCode::unsupported, "NotImplemented", "Uploads in signed chunks (aws-chunked) are not taken. Send the body as it is.");
    }
    if (name != "content-type" && !signed_one) continue;
    if (std::ranges::find(kept, name, &Headers::value_type::first) != kept.end()) continue;
    if (meta) metadata += name.size() + value.size();
    kept.emplace_back(name, value);
  }
  if (metadata > kMetadataLimit) return refuse(ErrorCode::invalid, "MetadataTooLarge", "Metadata has at most 2 KiB.");
  return kept;
}

void answer_stored(Asked& asked, const Content& content, std::string_view checksum_sent) {
  net::ResponseHead head = head_of(200, asked);
  head.fields.add("etag", fmt::format("\"{}\"", content.etag));
  net::Field checksum = checksum_field(content);
  // The one that was sent has been checked; it is repeated, whatever else is kept.
  if (const auto sent = asked.fields().find(checksum_sent)) checksum = {std::string(checksum_sent), std::string(*sent)};
  head.fields.add(checksum.name, checksum.value);
  head.fields.add("x-amz-checksum-type", "FULL_OBJECT");
  answer(asked, std::move(head));
}

void start(Asked& asked, std::unique_ptr<Writer> writer, BodyClaims claims, UploadTools tools) {
  auto done = [shown = claims.shown](Asked& of, const Content& content) { answer_stored(of, content, shown); };
  take_in(std::move(asked), std::move(writer), std::move(claims), tools.workers, tools.log, std::move(done));
}

std::string_view algorithm_name(bool crc32c) { return crc32c ? "CRC32C" : "CRC64NVME"; }

/// Whether a multipart upload is to keep CRC32C. CRC32 is checked part by part and CRC64NVME kept.
Result<bool> chosen_crc32c(const Asked& asked) {
  const std::string_view algorithm = asked.fields().find("x-amz-checksum-algorithm").value_or("CRC64NVME");
  if (algorithm == "CRC32C") return true;
  if (algorithm == "CRC64NVME" || algorithm == "CRC32") return false;
  return refuse(ErrorCode::invalid, "InvalidRequest", "The checksum of a multipart upload is CRC64NVME, CRC32C or CRC32.");
}

Result<std::optional<std::uint64_t>> declared_size(const Asked& asked) {
  const auto text = asked.fields().find("x-amz-mp-object-size");
  if (!text) return std::nullopt;
  std::uint64_t size = 0;
  const auto [end, error] = std::from_chars(text->data(), text->data() + text->size(), size);
  if (error != std::errc{} || end != text->data() + text->size()) {
    return refuse(ErrorCode::invalid, "InvalidRequest", "x-amz-mp-object-size must be a number of bytes.");
  }
  return size;
}

std::string parts_document(const Asked& asked, const PartPage& page, int after, int most) {
  XmlWriter xml("ListPartsResult", kS3Namespace);
  xml.leaf("Bucket", asked.route.bucket);
  xml.leaf("Key", asked.parameter("encoding-type") ? percent_encode(asked.route.key.str()) : asked.route.key.str());
  xml.leaf("UploadId", asked.route.upload);
  xml.leaf("StorageClass", "STANDARD");
  xml.leaf("PartNumberMarker", static_cast<std::uint64_t>(after));
  if (page.next != 0) xml.leaf("NextPartNumberMarker", static_cast<std::uint64_t>(page.next));
  xml.leaf("MaxParts", static_cast<std::uint64_t>(most));
  xml.leaf("IsTruncated", page.next != 0 ? "true" : "false");
  xml.leaf("ChecksumAlgorithm", algorithm_name(page.crc32c));
  xml.leaf("ChecksumType", "FULL_OBJECT");
  for (const PartInfo& part : page.parts) {
    xml.open("Part");
    xml.leaf("PartNumber", static_cast<std::uint64_t>(part.number));
    xml.leaf("LastModified", format_rfc3339(part.modified));
    xml.leaf("ETag", fmt::format("\"{}\"", part.etag));
    xml.leaf("Size", part.size);
    const auto [name, value] = checksum_element(part);
    xml.leaf(name, value);
    xml.close();
  }
  return std::move(xml).text();
}

Result<void> assemble(Asked& asked, std::string_view document, Assembly assembly, const BodyClaims& of_document, Store& store) {
  // The payload hash and Content-MD5 speak of this document, the checksum headers of the object.
  if (!of_document.expected.sha256.empty() && of_document.expected.sha256 != sha256(document)) {
    return refuse(ErrorCode::invalid, "XAmzContentSHA256Mismatch", "The body does not have the SHA-256 declared.");
  }
  if (!of_document.expected.md5.empty() && of_document.expected.md5 != md5(document)) {
    return refuse(ErrorCode::invalid, "BadDigest", "The body does not have the MD5 declared.");
  }
  assembly.parts = TRY(parse_complete(document));
  const ObjectInfo info = TRY(store.complete(assembly));
  XmlWriter xml("CompleteMultipartUploadResult", kS3Namespace);
  xml.leaf("Location", percent_encode(asked.verified->target().path, /*keep_slash=*/true));
  xml.leaf("Bucket", asked.route.bucket);
  xml.leaf("Key", asked.route.key.str());
  xml.leaf("ETag", fmt::format("\"{}\"", info.etag));
  const auto [name, value] = checksum_element(info);
  xml.leaf(name, value);
  xml.leaf("ChecksumType", "FULL_OBJECT");
  answer_xml(asked, head_of(200, asked), std::move(xml).text());
  return {};
}

}  // namespace

Result<void> put_object(Asked& asked, UploadTools tools) {
  const std::uint64_t length = TRY(declared_length(asked));
  BodyClaims claims = TRY(body_claims(asked.fields(), asked.verified->payload()));
  // A client that was only sent here by a redirect sends no condition: then the signed URL says it.
  const bool absent = TRY(only_if_absent(asked.fields())) || asked.parameter("x-satchel-if-none-match") == "*";
  Headers headers = TRY(kept_headers(asked));
  if (absent && TRY(tools.store.head(asked.route.key))) return taken();
  auto writer = TRY(tools.store.begin_object({asked.route.key, length, absent, claims.digests, std::move(headers)}));
  start(asked, std::move(writer), std::move(claims), tools);
  return {};
}

Result<void> upload_part(Asked& asked, UploadTools tools) {
  const std::uint64_t length = TRY(declared_length(asked));
  BodyClaims claims = TRY(body_claims(asked.fields(), asked.verified->payload()));
  auto writer = TRY(tools.store.begin_part({asked.route.key, asked.route.upload, asked.route.part, length, claims.digests}));
  start(asked, std::move(writer), std::move(claims), tools);
  return {};
}

Result<void> create_upload(Asked& asked, Store& store) {
  const bool crc32c = TRY(chosen_crc32c(asked));
  Headers headers = TRY(kept_headers(asked));
  const std::string id = TRY(store.begin_upload({asked.route.key, crc32c, std::move(headers)}));
  XmlWriter xml("InitiateMultipartUploadResult", kS3Namespace);
  xml.leaf("Bucket", asked.route.bucket);
  xml.leaf("Key", asked.route.key.str());
  xml.leaf("UploadId", id);
  net::ResponseHead head = head_of(200, asked);
  head.fields.add("x-amz-checksum-algorithm", std::string(algorithm_name(crc32c)));
  head.fields.add("x-amz-checksum-type", "FULL_OBJECT");
  answer_xml(asked, std::move(head), std::move(xml).text());
  return {};
}

Result<void> list_parts(Asked& asked, Store& store) {
  const int most = TRY(number_in(asked.parameter("max-parts").value_or("1000"), "max-parts", 1, kPartsInPage));
  const int after = TRY(number_in(asked.parameter("part-number-marker").value_or("0"), "part-number-marker", 0, 10'000));
  const PartPage page = TRY(store.list_parts(asked.route.key, asked.route.upload, after, most));
  answer_xml(asked, head_of(200, asked), parts_document(asked, page, after, most));
  return {};
}

Result<void> complete_upload(Asked& asked, UploadTools tools) {
  const BodyClaims claims = TRY(body_claims(asked.fields(), asked.verified->payload()));
  const auto size = TRY(declared_size(asked));
  const bool if_absent = TRY(only_if_absent(asked.fields()));
  Assembly assembly{asked.route.key, asked.route.upload, {}, size, {}, if_absent};
  assembly.expected.crc64nvme = claims.expected.crc64nvme;
  assembly.expected.crc32c = claims.expected.crc32c;
  auto shared = std::make_shared<Asked>(std::move(asked));
  shared->exchange->read_all(kDocumentLimit, [shared, claims, assembly = std::move(assembly), tools](Result<std::string> document) mutable {
    tools.workers.post([shared, claims, assembly = std::move(assembly), tools, document = std::move(document)]() mutable {
      auto done = document ? assemble(*shared, *document, std::move(assembly), claims, tools.store) : Result<void>(std::unexpected(document.error()));
      if (!done) answer_error(*shared, done.error(), tools.log);
    });
  });
  return {};
}

Result<void> abort_upload(Asked& asked, Store& store) {
  TRY(store.list_parts(asked.route.key, asked.route.upload, 0, 1));  // S3 tells of one that is not there
  TRY(store.abort(asked.route.key, asked.route.upload));
  answer(asked, head_of(204, asked));
  return {};
}

Result<void> delete_object(Asked& asked, Store& store) {
  if (asked.fields().find("if-match")) return refuse(ErrorCode::unsupported, "NotImplemented", "A conditional delete is not offered.");
  TRY(store.remove(asked.route.key));
  answer(asked, head_of(204, asked));
  return {};
}

}  // namespace satchel::objects
