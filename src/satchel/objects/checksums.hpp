// SPDX-License-Identifier: Apache-2.0
// The checksums of the S3 protocol: what a request declares of its body, and how an answer shows what the store knows.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "satchel/base/result.hpp"
#include "satchel/net/http.hpp"
#include "satchel/net/sigv4_verifier.hpp"
#include "satchel/objects/store.hpp"

namespace satchel::objects {

/// Base64 of the number, highest byte first. Error: invalid (InvalidRequest).
Result<std::uint64_t> parse_crc64(std::string_view text);
Result<std::uint32_t> parse_crc32(std::string_view text);

/// All that a request says of the bytes that follow.
struct BodyClaims {
  Digests digests;
  Expected expected;
  std::optional<std::uint32_t> crc32;  // the SDKs' default; checked here, not kept
  std::string shown;                   // the x-amz-checksum-* header that came, to be repeated in the answer; else empty
};

/// x-amz-checksum-*, Content-MD5 and the payload hash. Errors: invalid (malformed, two checksums, two that contradict each
/// other), unsupported (an algorithm that is not offered).
Result<BodyClaims> body_claims(const net::Fields& fields, const net::Payload& payload);

/// CRC-32 (ISO-HDLC), to go on where an earlier piece ended.
std::uint32_t crc32(std::span<const std::byte> bytes, std::uint32_t before);

/// The checksum that a client chose, or CRC64NVME: header name ("x-amz-checksum-crc32c") and value.
net::Field checksum_field(const Content& content);
/// The same as an element of a document ("ChecksumCRC32C").
std::pair<std::string_view, std::string> checksum_element(const Content& content);

}  // namespace satchel::objects
