// SPDX-License-Identifier: Apache-2.0
#include <rocksdb/env.h>
#include <rocksdb/file_system.h>

#include <cstring>
#include <utility>

#include "tests/powercut/disk_files.hpp"

namespace satchel::powercut {
namespace {

using rocksdb::IODebugContext;
using rocksdb::IOOptions;
using rocksdb::IOStatus;
using rocksdb::Slice;

std::string_view view(const Slice& slice) { return {slice.data(), slice.size()}; }

IOStatus status_of(Disk::Outcome outcome, const std::string& path) {
  if (outcome == Disk::Outcome::done) return IOStatus::OK();
  return outcome == Disk::Outcome::absent ? IOStatus::PathNotFound(path) : IOStatus::IOError(path);
}

void take(const std::string& bytes, Slice* result, char* scratch) {
  std::memcpy(scratch, bytes.data(), bytes.size());
  *result = Slice(scratch, bytes.size());
}

class WritableFile final : public rocksdb::FSWritableFile {
 public:
  WritableFile(std::shared_ptr<Disk> disk, NodePointer node, std::string path) : disk_(std::move(disk)), node_(std::move(node)), path_(std::move(path)) {}
  using FSWritableFile::Append;
  IOStatus Append(const Slice& data, const IOOptions&, IODebugContext*) override {
    disk_->append(node_, view(data));
    return IOStatus::OK();
  }
  IOStatus Close(const IOOptions&, IODebugContext*) override { return IOStatus::OK(); }
  IOStatus Flush(const IOOptions&, IODebugContext*) override { return IOStatus::OK(); }
  IOStatus Sync(const IOOptions&, IODebugContext*) override {
    disk_->sync(node_, path_);
    return IOStatus::OK();
  }
  bool IsSyncThreadSafe() const override { return true; }
  std::uint64_t GetFileSize(const IOOptions&, IODebugContext*) override { return disk_->size(node_); }
  IOStatus Allocate(std::uint64_t, std::uint64_t, const IOOptions&, IODebugContext*) override { return IOStatus::OK(); }

 private:
  std::shared_ptr<Disk> disk_;
  NodePointer node_;
  std::string path_;
};

class SequentialFile final : public rocksdb::FSSequentialFile {
 public:
  SequentialFile(std::shared_ptr<Disk> disk, NodePointer node) : disk_(std::move(disk)), node_(std::move(node)) {}
  IOStatus Read(std::size_t n, const IOOptions&, Slice* result, char* scratch, IODebugContext*) override {
    take(disk_->read(node_, offset_, n), result, scratch);
    offset_ += result->size();
    return IOStatus::OK();
  }
  IOStatus Skip(std::uint64_t n) override {
    offset_ += n;
    return IOStatus::OK();
  }

 private:
  std::shared_ptr<Disk> disk_;
  NodePointer node_;
  std::uint64_t offset_ = 0;
};

class RandomAccessFile final : public rocksdb::FSRandomAccessFile {
 public:
  RandomAccessFile(std::shared_ptr<Disk> disk, NodePointer node) : disk_(std::move(disk)), node_(std::move(node)) {}
  IOStatus Read(std::uint64_t offset, std::size_t n, const IOOptions&, Slice* result, char* scratch, IODebugContext*) const override {
    take(disk_->read(node_, offset, n), result, scratch);
    return IOStatus::OK();
  }

 private:
  std::shared_ptr<Disk> disk_;
  NodePointer node_;
};

class Folder final : public rocksdb::FSDirectory {
 public:
  Folder(std::shared_ptr<Disk> disk, std::string path) : disk_(std::move(disk)), path_(std::move(path)) {}
  IOStatus Fsync(const IOOptions&, IODebugContext*) override { return status_of(disk_->sync_folder(path_), path_); }
  IOStatus Close(const IOOptions&, IODebugContext*) override { return IOStatus::OK(); }

 private:
  std::shared_ptr<Disk> disk_;
  std::string path_;
};

struct Lock final : rocksdb::FileLock {
  explicit Lock(std::string locked) : path(std::move(locked)) {}
  std::string path;
};

class NoLogger final : public rocksdb::Logger {
 public:
  using rocksdb::Logger::Logv;
  void Logv(const char*, va_list) override {}
};

class Files final : public rocksdb::FileSystem {
 public:
  explicit Files(std::shared_ptr<Disk> disk) : disk_(std::move(disk)) {}
  const char* Name() const override { return "powercut"; }

  IOStatus NewSequentialFile(const std::string& path, const rocksdb::FileOptions&, std::unique_ptr<rocksdb::FSSequentialFile>* file,
                             IODebugContext*) override {
    return reading<SequentialFile>(path, file);
  }
  IOStatus NewRandomAccessFile(const std::string& path, const rocksdb::FileOptions&, std::unique_ptr<rocksdb::FSRandomAccessFile>* file,
                               IODebugContext*) override {
    return reading<RandomAccessFile>(path, file);
  }
  IOStatus NewWritableFile(const std::string& path, const rocksdb::FileOptions&, std::unique_ptr<rocksdb::FSWritableFile>* file,
                           IODebugContext*) override {
    NodePointer node;
    const auto outcome = disk_->create(path, /*replace=*/true, node);
    if (outcome == Disk::Outcome::done) *file = std::make_unique<WritableFile>(disk_, node, path);
    return status_of(outcome, path);
  }
  IOStatus NewDirectory(const std::string& path, const IOOptions&, std::unique_ptr<rocksdb::FSDirectory>* folder, IODebugContext*) override {
    if (!disk_->find(path)) return IOStatus::PathNotFound(path);
    *folder = std::make_unique<Folder>(disk_, path);
    return IOStatus::OK();
  }
  IOStatus FileExists(const std::string& path, const IOOptions&, IODebugContext*) override {
    return disk_->find(path) ? IOStatus::OK() : IOStatus::NotFound(path);
  }
  IOStatus GetChildren(const std::string& path, const IOOptions&, std::vector<std::string>* names, IODebugContext*) override {
    auto found = disk_->list(path);
    if (!found) return IOStatus::NotFound(path);
    *names = std::move(*found);
    return IOStatus::OK();
  }
  IOStatus DeleteFile(const std::string& path, const IOOptions&, IODebugContext*) override { return status_of(disk_->remove(path, /*folder=*/false), path); }
  IOStatus CreateDir(const std::string& path, const IOOptions&, IODebugContext*) override { return status_of(disk_->make_folder(path), path); }
  IOStatus CreateDirIfMissing(const std::string& path, const IOOptions&, IODebugContext*) override {
    const auto outcome = disk_->make_folder(path);
    return outcome == Disk::Outcome::exists ? IOStatus::OK() : status_of(outcome, path);
  }
  IOStatus DeleteDir(const std::string& path, const IOOptions&, IODebugContext*) override { return status_of(disk_->remove(path, /*folder=*/true), path); }
  IOStatus GetFileSize(const std::string& path, const IOOptions&, std::uint64_t* size, IODebugContext*) override {
    const NodePointer node = disk_->find(path);
    if (!node) return IOStatus::PathNotFound(path);
    *size = disk_->size(node);
    return IOStatus::OK();
  }
  IOStatus GetFileModificationTime(const std::string&, const IOOptions&, std::uint64_t* time, IODebugContext*) override {
    *time = 0;
    return IOStatus::OK();
  }
  IOStatus RenameFile(const std::string& from, const std::string& to, const IOOptions&, IODebugContext*) override { return status_of(disk_->rename(from, to), from); }
  IOStatus LockFile(const std::string& path, const IOOptions&, rocksdb::FileLock** lock, IODebugContext*) override {
    if (!disk_->lock(path)) return IOStatus::IOError("lock " + path);
    *lock = new Lock(path);
    return IOStatus::OK();
  }
  IOStatus UnlockFile(rocksdb::FileLock* lock, const IOOptions&, IODebugContext*) override {
    const std::unique_ptr<Lock> held(static_cast<Lock*>(lock));
    disk_->unlock(held->path);
    return IOStatus::OK();
  }
  IOStatus GetTestDirectory(const IOOptions&, std::string*, IODebugContext*) override { return IOStatus::NotSupported(); }
  IOStatus NewLogger(const std::string&, const IOOptions&, std::shared_ptr<rocksdb::Logger>* logger, IODebugContext*) override {
    *logger = std::make_shared<NoLogger>();
    return IOStatus::OK();
  }
  IOStatus GetAbsolutePath(const std::string& path, const IOOptions&, std::string* absolute, IODebugContext*) override {
    *absolute = path;
    return IOStatus::OK();
  }
  IOStatus IsDirectory(const std::string& path, const IOOptions&, bool* folder, IODebugContext*) override {
    const NodePointer node = disk_->find(path);
    if (!node) return IOStatus::PathNotFound(path);
    *folder = node->folder;
    return IOStatus::OK();
  }
  IOStatus GetFreeSpace(const std::string&, const IOOptions&, std::uint64_t* bytes, IODebugContext*) override {
    *bytes = std::uint64_t{1} << 40;
    return IOStatus::OK();
  }

 private:
  template <class File, class Base>
  IOStatus reading(const std::string& path, std::unique_ptr<Base>* file) {
    const NodePointer node = disk_->find(path);
    if (!node) return IOStatus::PathNotFound(path);
    *file = std::make_unique<File>(disk_, node);
    return IOStatus::OK();
  }

  std::shared_ptr<Disk> disk_;
};

}  // namespace

std::shared_ptr<rocksdb::FileSystem> database_files(std::shared_ptr<Disk> disk) { return std::make_shared<Files>(std::move(disk)); }

}  // namespace satchel::powercut
