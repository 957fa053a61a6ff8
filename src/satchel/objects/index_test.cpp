// SPDX-License-Identifier: Apache-2.0
// The database below the store when its disk is full or fails.
#include "satchel/objects/index.hpp"

#include <gtest/gtest.h>
#include <rocksdb/file_system.h>

#include <atomic>

#include "satchel/memory/clock.hpp"
#include "satchel/memory/random.hpp"
#include "satchel/objects/file_system.hpp"
#include "tests/support/temporary_folder.hpp"

namespace satchel::objects {
namespace {

/// The machine's file system until it is told that the disk is full, or that a sync fails.
class UnwellFileSystem final : public rocksdb::FileSystemWrapper {
 public:
  UnwellFileSystem() : FileSystemWrapper(rocksdb::FileSystem::Default()) {}
  const char* Name() const override { return "unwell"; }
  rocksdb::IOStatus NewWritableFile(const std::string& path, const rocksdb::FileOptions& options, std::unique_ptr<rocksdb::FSWritableFile>* file,
                                    rocksdb::IODebugContext* debug) override {
    if (full) return rocksdb::IOStatus::NoSpace("no space left");
    std::unique_ptr<rocksdb::FSWritableFile> inner;
    auto status = target()->NewWritableFile(path, options, &inner, debug);
    if (status.ok()) *file = std::make_unique<File>(std::move(inner), this);
    return status;
  }
  rocksdb::IOStatus GetFreeSpace(const std::string&, const rocksdb::IOOptions&, std::uint64_t* bytes, rocksdb::IODebugContext*) override {
    *bytes = full ? 0 : std::uint64_t{1} << 30;
    return rocksdb::IOStatus::OK();
  }

  std::atomic<bool> full = false, sync_fails = false;

 private:
  class File final : public rocksdb::FSWritableFileOwnerWrapper {
   public:
    File(std::unique_ptr<rocksdb::FSWritableFile> inner, UnwellFileSystem* unwell) : FSWritableFileOwnerWrapper(std::move(inner)), unwell_(unwell) {}
    rocksdb::IOStatus Append(const rocksdb::Slice& data, const rocksdb::IOOptions& options, rocksdb::IODebugContext* debug) override {
      if (unwell_->full) return rocksdb::IOStatus::NoSpace("no space left");
      return FSWritableFileOwnerWrapper::Append(data, options, debug);
    }
    rocksdb::IOStatus Append(const rocksdb::Slice& data, const rocksdb::IOOptions& options, const rocksdb::DataVerificationInfo&,
                             rocksdb::IODebugContext* debug) override {
      return Append(data, options, debug);
    }
    rocksdb::IOStatus Sync(const rocksdb::IOOptions& options, rocksdb::IODebugContext* debug) override {
      if (unwell_->sync_fails) return rocksdb::IOStatus::IOError("input/output error");
      return FSWritableFileOwnerWrapper::Sync(options, debug);
    }

   private:
    UnwellFileSystem* unwell_;
  };
};

class StoreIndex : public testing::Test {
 protected:
  StoreIndex() { open(); }
  void open() {
    index_.reset();
    auto index = Index::open({folder_.path() + "/index", 1 << 20, Duration{100}, disk_}, clock_, random_, *log_);
    ASSERT_TRUE(index) << index.error().message << index.error().detail;
    index_ = std::move(*index);
  }
  Result<void> put(std::string_view row) {
    Index::Batch batch(*index_);
    batch.put(Family::objects, row, "value");
    batch.put(Family::due, row, "");
    return index_->write(batch);
  }
  bool has(std::string_view row) const {
    const auto found = index_->get(Family::objects, row), twin = index_->get(Family::due, row);
    EXPECT_TRUE(found && twin);
    EXPECT_EQ(found->has_value(), twin->has_value()) << "half a batch";
    return found->has_value();
  }

  TemporaryFolder folder_;
  ManualClock clock_;
  SeededRandom random_{1};
  std::unique_ptr<Logger> log_ = null_logger();
  std::shared_ptr<UnwellFileSystem> disk_ = std::make_shared<UnwellFileSystem>();
  std::unique_ptr<Index> index_;
};

TEST_F(StoreIndex, KeepsFamiliesApartAndOpensAgain) {
  ASSERT_TRUE(put("row"));
  open();
  EXPECT_TRUE(has("row"));
  EXPECT_FALSE(index_->get(Family::parts, "row").value());
  EXPECT_EQ(index_->get(Family::objects, "row").value(), "value");
}

TEST_F(StoreIndex, RefusesWritesOnAFullDiskReadsOnAndRecoversByItself) {
  ASSERT_TRUE(put("before"));
  disk_->full = true;
  for (int n = 0; n < 3; ++n) {
    EXPECT_EQ(put("during").error().type, kDiskFull);
    clock_.advance(Duration{300});
  }
  EXPECT_TRUE(has("before"));
  EXPECT_TRUE(index_->accepts_writes()) << "it is full, not broken";
  disk_->full = false;
  clock_.advance(Duration{300});
  ASSERT_TRUE(put("after"));
  open();
  EXPECT_TRUE(has("before"));
  EXPECT_TRUE(has("after"));
}

TEST_F(StoreIndex, NeverAcknowledgesAfterAFailedSyncAndReadsOn) {
  ASSERT_TRUE(put("before"));
  disk_->sync_fails = true;
  EXPECT_EQ(put("lost").error().code, ErrorCode::unavailable);
  disk_->sync_fails = false;
  clock_.advance(std::chrono::seconds{1});
  EXPECT_FALSE(index_->accepts_writes());
  EXPECT_EQ(put("later").error().code, ErrorCode::unavailable) << "the log may have a hole";
  EXPECT_TRUE(has("before"));
  open();
  EXPECT_TRUE(has("before"));
  EXPECT_TRUE(put("again"));
}

}  // namespace
}  // namespace satchel::objects
