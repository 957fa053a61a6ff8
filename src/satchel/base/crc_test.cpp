// SPDX-License-Identifier: Apache-2.0
#include "satchel/base/crc.hpp"

#include <gtest/gtest.h>

namespace satchel {
namespace {

TEST(Crc, HasThePublishedCheckValues) {
  EXPECT_EQ(crc64nvme("123456789"), 0xAE8B14860A799888u);
  EXPECT_EQ(crc32c("123456789"), 0xE3069283u);
  EXPECT_EQ(crc64nvme(""), 0u);
  EXPECT_EQ(crc32c(""), 0u);
}

TEST(Crc, GoesOnWhereAnEarlierPieceEnded) {
  EXPECT_EQ(crc64nvme("6789", crc64nvme("12345")), crc64nvme("123456789"));
  EXPECT_EQ(crc32c("6789", crc32c("12345")), crc32c("123456789"));
}

TEST(Crc, IsWrittenAsS3WritesIt) {
  EXPECT_EQ(checksum_text(std::uint64_t{0xAE8B14860A799888u}), "rosUhgp5mIg=");
  EXPECT_EQ(checksum_text(std::uint32_t{0xE3069283u}), "4waSgw==");
}

}  // namespace
}  // namespace satchel
