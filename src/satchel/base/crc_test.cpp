// SPDX-License-Identifier: Apache-2.0
#include "satchel/base/crc.hpp"

#include <gtest/gtest.h>

#include <random>

#include "satchel/base/crc_fold.hpp"

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

std::string random_bytes(std::mt19937_64& random, std::size_t size) {
  std::string bytes(size, '\0');
  for (char& byte : bytes) byte = static_cast<char>(random());
  return bytes;
}

TEST(Crc, IsTheSameByFoldingAndByTableAtEveryLengthAndAlignment) {
  if (!detail::folding_works()) GTEST_SKIP() << "this processor does not multiply without carries";
  std::mt19937_64 random(1);
  const std::string bytes = random_bytes(random, 5000);
  for (int run = 0; run < 3000; ++run) {
    const std::size_t from = random() % 64, size = run < 1200 ? static_cast<std::size_t>(run) : random() % (bytes.size() - from);
    const std::string_view piece = std::string_view(bytes).substr(from, size);
    const std::uint64_t before = run % 3 == 0 ? 0 : random();
    ASSERT_EQ(detail::crc64nvme_by_folding(piece, before), detail::crc64nvme_by_table(piece, before)) << from << " " << size;
    const auto before32 = static_cast<std::uint32_t>(before);
    ASSERT_EQ(detail::crc32c_by_folding(piece, before32), detail::crc32c_by_table(piece, before32)) << from << " " << size;
  }
}

TEST(Crc, OfTwoPiecesFollowsFromTheirs) {
  std::mt19937_64 random(2);
  for (int run = 0; run < 300; ++run) {
    const std::string one = random_bytes(random, random() % 300), two = random_bytes(random, run == 0 ? 0 : random() % 5000);
    EXPECT_EQ(crc64nvme_combine(crc64nvme(one), crc64nvme(two), two.size()), crc64nvme(one + two));
    EXPECT_EQ(crc32c_combine(crc32c(one), crc32c(two), two.size()), crc32c(one + two));
  }
}

}  // namespace
}  // namespace satchel
