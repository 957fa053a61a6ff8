// SPDX-License-Identifier: Apache-2.0
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include "satchel/base/encoding.hpp"
#include "satchel/objects/file_system.hpp"
#include "tests/support/temporary_folder.hpp"

namespace satchel::objects {
namespace {

class PosixFiles : public testing::Test {
 protected:
  TemporaryFolder folder_;
  FileSystem& files_ = posix_file_system();
};

TEST_F(PosixFiles, WriteBeyondTheWindowOfWriteBehind) {
  const std::string path = folder_.path() + "/f", piece(3'000'000, 'x');
  constexpr int kPieces = 20;
  {
    const auto file = files_.create(path, piece.size() * kPieces).value();
    for (int n = 0; n < kPieces; ++n) ASSERT_TRUE(file->append(as_bytes(piece)));
    ASSERT_TRUE(file->sync());
  }
  struct stat found {};
  ASSERT_EQ(::stat(path.c_str(), &found), 0);
  EXPECT_EQ(static_cast<std::size_t>(found.st_size), piece.size() * kPieces);
  EXPECT_EQ(found.st_mode & 0777, 0600u);
}

TEST_F(PosixFiles, CreateOnlyWhatDoesNotExist) {
  ASSERT_TRUE(files_.create(folder_.path() + "/f", 1));
  EXPECT_EQ(files_.create(folder_.path() + "/f", 1).error().code, ErrorCode::conflict);
}

// A sender that announces much and sends nothing takes no room from others.
TEST_F(PosixFiles, ReserveRoomAsBytesComeNotAsTheyAreAnnounced) {
  const std::string path = folder_.path() + "/f", piece(1'000'000, 'x');
  const auto file = files_.create(path, std::uint64_t{1} << 40).value();
  const auto taken = [&] {
    struct stat found {};
    EXPECT_EQ(::stat(path.c_str(), &found), 0);
    return static_cast<std::uint64_t>(found.st_blocks) * 512;
  };
  EXPECT_LE(taken(), 2u << 20U);
  for (std::uint64_t sent = piece.size(); sent <= 20 * piece.size(); sent += piece.size()) {
    ASSERT_TRUE(file->append(as_bytes(piece)));
    EXPECT_LE(taken(), std::max<std::uint64_t>(2u << 20U, 3 * sent));
  }
}

TEST_F(PosixFiles, StayReadableWhileHeld) {
  const std::string path = folder_.path() + "/f";
  ASSERT_TRUE(files_.create(path, 5).value()->append(as_bytes("bytes")));
  const auto held = files_.open(path).value();
  ASSERT_TRUE(files_.remove(path));
  ASSERT_TRUE(files_.remove(path)) << "absence is not an error";
  char bytes[5];
  EXPECT_EQ(::pread(*held, bytes, 5, 0), 5);
  EXPECT_EQ(files_.open(path).error().code, ErrorCode::not_found);
}

TEST_F(PosixFiles, RemoveOnlyEmptyFolders) {
  const std::string path = folder_.path() + "/d";
  ASSERT_TRUE(files_.make_folder(path));
  ASSERT_TRUE(files_.make_folder(path));
  ASSERT_TRUE(files_.create(path + "/f", 0));
  EXPECT_EQ(files_.remove_folder(path).error().code, ErrorCode::conflict);
  ASSERT_TRUE(files_.sync_folder(path));
  ASSERT_TRUE(files_.remove(path + "/f"));
  EXPECT_TRUE(files_.remove_folder(path));
  EXPECT_EQ(files_.list(path).error().code, ErrorCode::not_found);
  EXPECT_EQ(files_.sync_folder(path).error().code, ErrorCode::not_found);
}

}  // namespace
}  // namespace satchel::objects
