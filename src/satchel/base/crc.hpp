// SPDX-License-Identifier: Apache-2.0
// The two CRCs of the S3 protocol that Satchel speaks, as fast as the processor allows (crc_fold.hpp). Any thread may call. They
// find damage, not malice.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace satchel {

/// CRC-64/NVME (NVM Express, section 5.2.1.3.4 of the NVM command set): check value AE8B14860A799888. To go on where an
/// earlier piece ended, pass its result.
std::uint64_t crc64nvme(std::string_view bytes, std::uint64_t before = 0);
/// CRC-32C (RFC 3720, appendix B.4): check value E3069283.
std::uint32_t crc32c(std::string_view bytes, std::uint32_t before = 0);

/// The CRC of two pieces one after the other, from theirs and the length of the second; no byte is read again.
std::uint64_t crc64nvme_combine(std::uint64_t first, std::uint64_t second, std::uint64_t second_length);
std::uint32_t crc32c_combine(std::uint32_t first, std::uint32_t second, std::uint64_t second_length);

/// As x-amz-checksum-* carries it: base64 of the number's bytes, the highest first.
std::string checksum_text(std::uint64_t crc64);
std::string checksum_text(std::uint32_t crc32);

}  // namespace satchel
