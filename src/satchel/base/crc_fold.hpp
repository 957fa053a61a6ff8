// SPDX-License-Identifier: Apache-2.0
// How crc.cpp computes: by table, one byte at a time, on any machine; and by folding 128 bytes at a time with carry-less
// multiplication (Gopal et al., "Fast CRC Computation for Generic Polynomials Using PCLMULQDQ", 2009), where the processor
// has it. Only crc.cpp and its test need this. Any thread may call.
#pragma once

#include <cstdint>
#include <string_view>

namespace satchel::detail {

std::uint64_t crc64nvme_by_table(std::string_view bytes, std::uint64_t before);
std::uint32_t crc32c_by_table(std::string_view bytes, std::uint32_t before);

/// Whether this processor multiplies without carries; without it the two below must not be called.
bool folding_works();
std::uint64_t crc64nvme_by_folding(std::string_view bytes, std::uint64_t before);
std::uint32_t crc32c_by_folding(std::string_view bytes, std::uint32_t before);

}  // namespace satchel::detail
