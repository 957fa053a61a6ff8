// SPDX-License-Identifier: Apache-2.0
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/powercut/disk.hpp"

namespace satchel::powercut {
namespace {

std::string content(const Disk& disk, std::string_view path) {
  const NodePointer node = disk.find(path);
  return node ? disk.read(node, 0, disk.size(node)) : "absent";
}

class PowerCutDisk : public testing::Test {
 protected:
  PowerCutDisk() {
    disk_.make_folder("/d");
    disk_.sync_folder("/");
    disk_.create("/d/f", /*replace=*/false, file_);
    disk_.append(file_, "one");
  }
  std::string left(Unsynced unsynced, std::uint64_t seed = 1) const { return content(Disk(disk_.image(), unsynced, seed), "/d/f"); }
  Disk disk_;
  NodePointer file_;
};

TEST_F(PowerCutDisk, ForgetsWhatWasNotSynced) {
  EXPECT_EQ(left(Unsynced::lost), "absent");
  EXPECT_EQ(left(Unsynced::kept), "one");
  disk_.sync_folder("/d");
  EXPECT_EQ(left(Unsynced::lost), "") << "the name is there, the bytes are not";
  disk_.sync(file_, "/d/f");
  disk_.append(file_, "two");
  EXPECT_EQ(left(Unsynced::lost), "one");
  EXPECT_EQ(left(Unsynced::kept), "onetwo");
  EXPECT_EQ(content(disk_, "/d/f"), "onetwo") << "an image changes nothing";
}

TEST_F(PowerCutDisk, ForgetsANameWhoseFolderWasNotSyncedThoughItsBytesWere) {
  disk_.sync(file_, "/d/f");
  EXPECT_EQ(left(Unsynced::lost), "absent");
}

TEST_F(PowerCutDisk, KeepsSomeWritesAndTearsTheLast) {
  disk_.sync_folder("/d");
  disk_.sync(file_, "/d/f");
  disk_.append(file_, std::string(2000, 'a'));
  disk_.append(file_, std::string(2000, 'b'));
  bool hole = false, torn = false;
  for (std::uint64_t seed = 0; seed < 50; ++seed) {
    const std::string bytes = left(Unsynced::some, seed);
    hole = hole || (bytes.contains('b') && !bytes.contains('a'));
    torn = torn || (bytes.contains('b') && bytes.size() < 4003);
    EXPECT_TRUE(bytes.starts_with("one"));
  }
  EXPECT_TRUE(hole && torn);
}

TEST_F(PowerCutDisk, UndoesARenameOrRemovalThatWasNotSynced) {
  disk_.sync(file_, "/d/f");
  disk_.sync_folder("/d");
  disk_.rename("/d/f", "/d/g");
  EXPECT_EQ(left(Unsynced::lost), "one");
  EXPECT_EQ(left(Unsynced::kept), "absent");
  disk_.remove("/d/g", /*folder=*/false);
  EXPECT_EQ(left(Unsynced::lost), "one");
  disk_.sync_folder("/d");
  EXPECT_EQ(left(Unsynced::lost), "absent");
}

TEST_F(PowerCutDisk, CanClaimASyncThatItDoesNotDo) {
  disk_.ignored = {SyncKind::other};
  disk_.sync_folder("/d");
  EXPECT_EQ(left(Unsynced::lost), "absent");
}

}  // namespace
}  // namespace satchel::powercut
