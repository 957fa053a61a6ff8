// SPDX-License-Identifier: Apache-2.0
// What is RocksDB's own; what the port promises is tested in tests/contract/.
#include "satchel/embedded/table.hpp"

#include <gtest/gtest.h>
#include <rocksdb/file_system.h>

#include <sys/stat.h>

#include <atomic>
#include <latch>
#include <thread>

#include "satchel/memory/clock.hpp"
#include "tests/support/temporary_folder.hpp"

namespace satchel {
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
    *bytes = full ? 0 : free_bytes.load();
    return rocksdb::IOStatus::OK();
  }

  std::atomic<std::uint64_t> free_bytes = std::uint64_t{1} << 30;
  std::atomic<bool> full = false, sync_fails = false;
  std::atomic<int> syncs = 0;
  std::latch* in_sync = nullptr;  // counted down by the next sync, which then waits
  std::latch* go_on = nullptr;

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
      ++unwell_->syncs;
      if (auto* reached = std::exchange(unwell_->in_sync, nullptr)) {
        reached->count_down();
        unwell_->go_on->wait();
      }
      if (unwell_->sync_fails) return rocksdb::IOStatus::IOError("input/output error");
      return FSWritableFileOwnerWrapper::Sync(options, debug);
    }

   private:
    UnwellFileSystem* unwell_;
  };
};

class RocksdbTable : public testing::Test {
 protected:
  std::unique_ptr<Table> open() {
    auto table = open_rocksdb_table({.folder = folder_.path() + "/table", .lock_wait = Duration{100}, .file_system = disk_}, clock_, *log_);
    EXPECT_TRUE(table) << table.error().message << table.error().detail;
    return table ? std::move(*table) : nullptr;
  }
  Call call() const { return {clock_.now(), clock_.now() + std::chrono::seconds{20}}; }
  static Transaction put(const std::string& sort) { return {Put{{{"p", sort}, {{"gsi1pk", "M"}, {"gsi1sk", sort}}}, {}}}; }
  std::size_t count(Table& table, Index index = Index::base) {
    return table.query(call(), {.index = index, .partition = index == Index::base ? "p" : "M", .limit = 1000})->items.size();
  }

  TemporaryFolder folder_;
  ManualClock clock_;
  std::unique_ptr<Logger> log_ = null_logger();
  std::shared_ptr<UnwellFileSystem> disk_ = std::make_shared<UnwellFileSystem>();
};

TEST_F(RocksdbTable, KeepsItsItemsWhenOpenedAgain) {
  ASSERT_TRUE(open()->write(call(), put("s")));
  const auto table = open();
  EXPECT_EQ(count(*table), 1u);
  EXPECT_EQ(count(*table, Index::gsi1), 1u);
}

TEST_F(RocksdbTable, SaysThatAnotherProcessHoldsTheFolder) {
  const auto first = open();
  const auto second = open_rocksdb_table({.folder = folder_.path() + "/table", .lock_wait = Duration{100}}, clock_, *log_);
  ASSERT_FALSE(second);
  EXPECT_EQ(second.error().code, ErrorCode::unavailable);
  EXPECT_NE(second.error().message.find("Another process holds"), std::string::npos);
}

TEST_F(RocksdbTable, RefusesWritesOnAFullDiskReadsOnAndRecoversByItself) {
  const auto table = open();
  ASSERT_TRUE(table->write(call(), put("before")));
  disk_->full = true;
  for (int n = 0; n < 3; ++n) {
    const auto outcome = table->write(call(), put("during"));
    ASSERT_FALSE(outcome);
    EXPECT_EQ(outcome.error().code, ErrorCode::unavailable);
    EXPECT_EQ(outcome.error().type, "disk_full") << outcome.error().detail;
    clock_.advance(Duration{300});
  }
  EXPECT_TRUE(table->get(call(), {"p", "before"}).value());
  disk_->full = false;
  clock_.advance(Duration{300});
  const auto outcome = table->write(call(), put("after"));
  ASSERT_TRUE(outcome) << outcome.error().detail;
  EXPECT_EQ(count(*table), 2u) << "what was refused is not there";
}

TEST_F(RocksdbTable, KeepsWhatWasAcknowledgedAroundAFullDiskWhenOpenedAgain) {
  {
    const auto table = open();
    ASSERT_TRUE(table->write(call(), put("before")));
    disk_->full = true;
    ASSERT_FALSE(table->write(call(), put("during")));
    disk_->full = false;
    clock_.advance(Duration{300});
    ASSERT_TRUE(table->write(call(), put("after")));
  }
  const auto table = open();
  EXPECT_TRUE(table->get(call(), {"p", "before"}).value());
  EXPECT_TRUE(table->get(call(), {"p", "after"}).value());
}

TEST_F(RocksdbTable, GivesUpItsReserveOnANearlyFullDiskAndTakesItBack) {
  const std::string reserve = folder_.path() + "/table/reserve";
  const auto table = open();
  struct stat found {};
  ASSERT_EQ(stat(reserve.c_str(), &found), 0);
  EXPECT_GE(found.st_blocks * 512, 32 * 1024 * 1024);
  disk_->free_bytes = 1024 * 1024;
  ASSERT_TRUE(table->write(call(), put("a deletion"))) << "a nearly full disk still takes what makes room";
  EXPECT_NE(stat(reserve.c_str(), &found), 0);
  disk_->free_bytes = 1 << 30;
  ASSERT_TRUE(table->write(call(), put("later")));
  EXPECT_EQ(stat(reserve.c_str(), &found), 0);
}

TEST_F(RocksdbTable, NeverAcknowledgesAfterAFailedSyncAndReadsOn) {
  auto table = open();
  ASSERT_TRUE(table->write(call(), put("before")));
  disk_->sync_fails = true;
  EXPECT_EQ(table->write(call(), put("lost")).error().code, ErrorCode::unavailable);
  disk_->sync_fails = false;
  clock_.advance(std::chrono::seconds{1});
  EXPECT_EQ(table->write(call(), put("later")).error().code, ErrorCode::unavailable) << "the log may have a hole";
  EXPECT_TRUE(table->get(call(), {"p", "before"}).value());
  table.reset();
  table = open();
  EXPECT_TRUE(table->get(call(), {"p", "before"}).value());
  EXPECT_TRUE(table->write(call(), put("again")));
}

TEST_F(RocksdbTable, SharesASyncAmongWritersThatWaitTogether) {
  const auto table = open();
  ASSERT_TRUE(table->write(call(), put("first")));
  std::latch reached(1), go_on(1);
  disk_->go_on = &go_on;
  disk_->in_sync = &reached;
  std::vector<std::jthread> writers;
  writers.emplace_back([&] { EXPECT_TRUE(table->write(call(), put("slow"))); });
  reached.wait();
  const int before = disk_->syncs;
  for (int n = 0; n < 50; ++n) writers.emplace_back([&, n] { EXPECT_TRUE(table->write(call(), put("w" + std::to_string(n)))); });
  go_on.count_down();
  writers.clear();
  EXPECT_EQ(count(*table), 52u);
  EXPECT_LT(disk_->syncs - before, 50);
}

TEST_F(RocksdbTable, TellsWhetherADeadlineLeftTheWriteUnknown) {
  const auto table = open();
  ASSERT_TRUE(table->write(call(), put("first")));
  std::latch reached(1), go_on(1);
  disk_->go_on = &go_on;
  disk_->in_sync = &reached;
  const Call brief{clock_.now(), clock_.now() + Duration{50}};
  std::jthread slow([&] {
    const auto outcome = table->write(brief, put("taken"));
    EXPECT_EQ(outcome.error().code, ErrorCode::deadline_exceeded);
    EXPECT_EQ(outcome.error().detail, "the committer holds it");
  });
  reached.wait();
  const auto queued = table->write(brief, put("queued"));
  EXPECT_EQ(queued.error().code, ErrorCode::deadline_exceeded);
  EXPECT_EQ(queued.error().detail, "not written");
  slow.join();
  go_on.count_down();
  ASSERT_TRUE(table->write(call(), put("last")));
  EXPECT_TRUE(table->get(call(), {"p", "taken"}).value());
  EXPECT_FALSE(table->get(call(), {"p", "queued"}).value());
}

TEST_F(RocksdbTable, EndsAPageOfLargeItemsEarly) {
  const auto table = open();
  for (int n = 0; n < 8; ++n) ASSERT_TRUE(table->write(call(), {Put{{{"p", std::to_string(n)}, {{"a", std::string(390'000, 'x')}}}, {}}}));
  const auto page = table->query(call(), {.partition = "p"});
  EXPECT_EQ(page->items.size(), 3u);
  EXPECT_FALSE(page->cursor.empty());
}

TEST_F(RocksdbTable, HoldsKeysWithEveryByte) {
  const auto table = open();
  const std::string odd("a\0\x01\xFF", 4);
  ASSERT_TRUE(table->write(call(), {Put{{{odd, odd}, {{"gsi1pk", odd}, {"gsi1sk", odd}}}, {}}}));
  EXPECT_EQ(table->query(call(), {.partition = odd})->items.size(), 1u);
  EXPECT_EQ(table->query(call(), {.index = Index::gsi1, .partition = odd})->items.size(), 1u);
  EXPECT_EQ(table->query(call(), {.partition = "a"})->items.size(), 0u);
}

}  // namespace
}  // namespace satchel
