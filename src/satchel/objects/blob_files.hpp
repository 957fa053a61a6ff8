// SPDX-License-Identifier: Apache-2.0
// The files of the blobs: each is written once, under a name that never comes again, and never renamed. What this class
// acknowledges is on disk with its name. Any thread may call; a Blob belongs to one thread at a time.
#pragma once

#include <array>
#include <atomic>
#include <condition_variable>
#include <list>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "satchel/base/random.hpp"
#include "satchel/objects/file_system.hpp"
#include "satchel/objects/records.hpp"

namespace satchel::objects {

/// fsync of one folder, shared among those that wait for it: whoever comes while one runs waits for the next.
class FolderSync {
 public:
  Result<void> sync(FileSystem& files, const std::string& path);

 private:
  struct Round {
    bool done = false;
    std::optional<Error> error;
  };

  std::mutex mutex_;
  std::condition_variable ended_;
  std::shared_ptr<Round> next_;  // shared by those who wait for it
  bool running_ = false;
};

class BlobFiles;

/// A blob on its way in; destroyed before keep() it leaves nothing.
class Blob {
 public:
  Blob(BlobFiles& files, const BlobId& id, std::unique_ptr<NewFile> file) : files_(&files), id_(id), file_(std::move(file)) {}
  ~Blob();
  Blob(const Blob&) = delete;
  Blob& operator=(const Blob&) = delete;

  const BlobId& id() const { return id_; }
  Result<void> append(std::span<const std::byte> bytes) { return file_->append(bytes); }
  /// Bytes and name are on disk when it returns. Once.
  Result<void> sync();
  /// A record may need it from now on.
  void keep() { kept_ = true; }

 private:
  BlobFiles* files_;
  BlobId id_;
  std::unique_ptr<NewFile> file_;
  bool kept_ = false;
};

class BlobFiles {
 public:
  /// `folder` exists, and so its entry is on disk. `epoch` was never used before.
  BlobFiles(FileSystem& files, std::string folder, std::uint64_t epoch, std::size_t open_files)
      : files_(&files), folder_(std::move(folder)), epoch_(epoch), most_open_(open_files) {}

  Result<std::unique_ptr<Blob>> create(Random& random, std::uint64_t length);
  /// For reading; kept open for the next reader. Error: not_found.
  Result<std::shared_ptr<const int>> open(const BlobId& id);
  /// Removes files, then makes that lasting, then drops their folders where those are empty and of an earlier start.
  Result<void> remove(const std::vector<BlobId>& ids);
  /// Whether a file of this start was removed without making that lasting.
  bool discarded_any() const { return discarded_; }
  std::uint64_t free_bytes() const { return files_->free_bytes(folder_); }

  // What earlier starts left, for the search for orphans.
  Result<std::vector<std::uint64_t>> epochs() const;
  Result<std::vector<BlobId>> list(std::uint64_t epoch, int shard) const;
  void drop_empty_folders(std::uint64_t epoch);

 private:
  friend class Blob;
  std::string path(const BlobId& id) const { return folder_ + "/" + file_name(id); }
  std::string shard_path(std::uint64_t epoch, int shard) const;
  Result<void> make_folders();
  void discard(const BlobId& id);
  void forget(const BlobId& id);

  FileSystem* files_;
  std::string folder_;
  std::uint64_t epoch_;
  std::array<FolderSync, kShards> syncs_;
  std::mutex folders_mutex_;
  bool folders_made_ = false;
  std::atomic<bool> discarded_ = false;

  std::size_t most_open_;
  std::mutex open_mutex_;
  std::list<std::pair<BlobId, std::shared_ptr<const int>>> open_;  // the most recently used first
  std::map<BlobId, decltype(open_)::iterator> places_;
  std::uint64_t removals_ = 0;  // so that none is kept open that was removed meanwhile
};

}  // namespace satchel::objects
