// SPDX-License-Identifier: Apache-2.0
#include "satchel/ports/object_store.hpp"

#include <utility>

namespace satchel {

std::string_view to_string(ChecksumAlgorithm algorithm) {
  switch (algorithm) {
    case ChecksumAlgorithm::crc64nvme: return "crc64nvme";
    case ChecksumAlgorithm::crc32c: return "crc32c";
  }
  std::unreachable();
}

std::optional<ChecksumAlgorithm> checksum_algorithm(std::string_view text) {
  if (text == "crc64nvme") return ChecksumAlgorithm::crc64nvme;
  if (text == "crc32c") return ChecksumAlgorithm::crc32c;
  return std::nullopt;
}

}  // namespace satchel
