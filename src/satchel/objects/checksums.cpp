// SPDX-License-Identifier: Apache-2.0
#include "satchel/objects/checksums.hpp"

#include <fmt/format.h>
#include <zlib.h>

#include "satchel/base/crc.hpp"
#include "satchel/base/encoding.hpp"
#include "satchel/objects/failure.hpp"

namespace satchel::objects {
namespace {

constexpr std::string_view kPrefix = "x-amz-checksum-";

template <class Number>
Result<Number> parse_number(std::string_view text) {
  const auto bytes = from_base64(text);
  if (!bytes || bytes->size() != sizeof(Number)) {
    return refuse(ErrorCode::invalid, "InvalidRequest", fmt::format("A checksum must be the base64 of {} bytes.", sizeof(Number)));
  }
  Number number = 0;
  for (const char c : *bytes) number = static_cast<Number>(number << 8 | static_cast<unsigned char>(c));
  return number;
}

Result<std::string> parse_digest(std::string_view text, std::size_t size, std::string_view s3_code) {
  auto bytes = from_base64(text);
  if (!bytes || bytes->size() != size) return refuse(ErrorCode::invalid, s3_code, fmt::format("A digest must be the base64 of {} bytes.", size));
  return std::move(*bytes);
}

Result<void> take(BodyClaims& claims, std::string_view algorithm, std::string_view value) {
  if (algorithm == "crc64nvme") {
    claims.expected.crc64nvme = TRY(parse_crc64(value));
  } else if (algorithm == "crc32c") {
    claims.expected.crc32c = TRY(parse_crc32(value));
    claims.digests.crc32c = true;
  } else if (algorithm == "crc32") {
    claims.crc32 = TRY(parse_crc32(value));
  } else if (algorithm == "sha256") {
    claims.expected.sha256 = TRY(parse_digest(value, 32, "InvalidRequest"));
    claims.digests.sha256 = true;
  } else {
    return refuse(ErrorCode::invalid, "InvalidRequest",
                  fmt::format("The checksum {} is not offered. Use CRC64NVME, CRC32C, CRC32 or SHA256.", algorithm));
  }
  return {};
}

Result<void> take_payload(BodyClaims& claims, const net::Payload& payload) {
  if (payload.kind == net::Payload::Kind::unsigned_payload) return {};
  const std::string hash = from_hex(payload.sha256).value_or("");
  if (!claims.expected.sha256.empty() && claims.expected.sha256 != hash) {
    return refuse(ErrorCode::invalid, "BadDigest", "x-amz-content-sha256 and x-amz-checksum-sha256 contradict each other.");
  }
  claims.expected.sha256 = hash;
  claims.digests.sha256 = true;
  return {};
}

}  // namespace

Result<std::uint64_t> parse_crc64(std::string_view text) { return parse_number<std::uint64_t>(text); }
Result<std::uint32_t> parse_crc32(std::string_view text) { return parse_number<std::uint32_t>(text); }

Result<BodyClaims> body_claims(const net::Fields& fields, const net::Payload& payload) {
  BodyClaims claims;
  for (const net::Field& field : fields) {
    if (!field.name.starts_with(kPrefix)) continue;
    const std::string_view algorithm = std::string_view(field.name).substr(kPrefix.size());
    if (algorithm == "mode" || algorithm == "type" || algorithm == "algorithm") continue;
    if (!claims.shown.empty()) return refuse(ErrorCode::invalid, "InvalidRequest", "Send one checksum only.");
    TRY(take(claims, algorithm, field.value));
    claims.shown = field.name;
  }
  if (fields.count("content-md5") > 1) return refuse(ErrorCode::invalid, "InvalidDigest", "Send Content-MD5 once.");
  if (const auto md5 = fields.find("content-md5")) {
    claims.expected.md5 = TRY(parse_digest(*md5, 16, "InvalidDigest"));
    claims.digests.md5 = true;
  }
  TRY(take_payload(claims, payload));
  return claims;
}

std::uint32_t crc32(std::span<const std::byte> bytes, std::uint32_t before) {
  return static_cast<std::uint32_t>(::crc32_z(before, reinterpret_cast<const unsigned char*>(bytes.data()), bytes.size()));
}

net::Field checksum_field(const Content& content) {
  if (content.crc32c) return {"x-amz-checksum-crc32c", checksum_text(*content.crc32c)};
  return {"x-amz-checksum-crc64nvme", checksum_text(content.crc64nvme)};
}

std::pair<std::string_view, std::string> checksum_element(const Content& content) {
  if (content.crc32c) return {"ChecksumCRC32C", checksum_text(*content.crc32c)};
  return {"ChecksumCRC64NVME", checksum_text(content.crc64nvme)};
}

}  // namespace satchel::objects
