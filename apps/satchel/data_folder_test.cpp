// SPDX-License-Identifier: Apache-2.0
#include "apps/satchel/data_folder.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>

#include "satchel/memory/clock.hpp"
#include "satchel/memory/random.hpp"
#include "tests/support/temporary_folder.hpp"

namespace satchel {
namespace {

using testing::HasSubstr;

class DataFolderTest : public testing::Test {
 protected:
  static unsigned mode_of(const std::string& path) {
    struct stat info{};
    return stat(path.c_str(), &info) == 0 ? info.st_mode & 0777U : 0;
  }
  TemporaryFolder above_;
  std::string path_ = above_.path() + "/a/data";
  ManualClock clock_;
  SeededRandom random_{3};
};

TEST_F(DataFolderTest, IsMadeForItsOwnerAlone) {
  const auto folder = DataFolder::open(path_, clock_).value();
  EXPECT_EQ(mode_of(path_), 0700U);
  ASSERT_TRUE(folder.master_key(random_));
  EXPECT_EQ(mode_of(folder.file("master.key")), 0600U);
}

TEST_F(DataFolderTest, IsThereOnceItHasItsKey) {
  EXPECT_FALSE(DataFolder::is_there(path_));
  std::filesystem::create_directories(path_);
  EXPECT_FALSE(DataFolder::is_there(path_)) << "somebody's empty folder";
  ASSERT_TRUE(DataFolder::open(path_, clock_).value().master_key(random_));
  EXPECT_TRUE(DataFolder::is_there(path_));
}

TEST_F(DataFolderTest, IsClosedToOthersWhereItWasOpen) {
  std::filesystem::create_directories(path_);
  chmod(path_.c_str(), 0755);
  ASSERT_TRUE(DataFolder::open(path_, clock_));
  EXPECT_EQ(mode_of(path_), 0700U);
}

TEST_F(DataFolderTest, IsHeldByOneProcessAndSaysByWhich) {
  {
    const auto first = DataFolder::open(path_, clock_).value();
    const auto second = DataFolder::open(path_, clock_);
    ASSERT_FALSE(second);
    EXPECT_EQ(second.error().type, "folder_held");
    EXPECT_THAT(second.error().message, HasSubstr("process " + std::to_string(getpid())));
    EXPECT_THAT(second.error().message, HasSubstr("--data"));
  }
  EXPECT_TRUE(DataFolder::open(path_, clock_)) << "the lock ends with its holder";
}

TEST_F(DataFolderTest, KeepsItsKey) {
  const auto folder = DataFolder::open(path_, clock_).value();
  const std::string key = folder.master_key(random_).value();
  EXPECT_EQ(key.size(), 32U);
  EXPECT_EQ(folder.master_key(random_).value(), key);
}

TEST_F(DataFolderTest, TheKeyOfFunctionsIsAnotherAndStays) {
  const auto folder = DataFolder::open(path_, clock_).value();
  const std::string key = folder.functions_key(random_).value();
  EXPECT_NE(key, folder.master_key(random_).value());
  EXPECT_EQ(folder.functions_key(random_).value(), key);
  EXPECT_EQ(mode_of(folder.file("functions.key")), 0600U);
}

TEST_F(DataFolderTest, NeverMakesAnotherKeyOverDataOrADamagedOne) {
  const auto folder = DataFolder::open(path_, clock_).value();
  ASSERT_TRUE(folder.master_key(random_));
  std::ofstream(folder.file("master.key")) << "abc\n";
  EXPECT_THAT(folder.master_key(random_).error().message, HasSubstr("damaged"));
  std::filesystem::remove(folder.file("master.key"));
  std::filesystem::create_directory(folder.file("table"));
  EXPECT_THAT(folder.master_key(random_).error().message, HasSubstr("backup"));
}

TEST_F(DataFolderTest, RefusesAFileInItsPlace) {
  std::ofstream(above_.path() + "/file") << "x";
  EXPECT_THAT(DataFolder::open(above_.path() + "/file", clock_).error().message, HasSubstr("no folder"));
}

}  // namespace
}  // namespace satchel
