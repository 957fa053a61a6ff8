// SPDX-License-Identifier: Apache-2.0
// The few file operations that the engine needs for its blobs, so that tests can cut the power below it. Any thread may call a
// FileSystem; a NewFile belongs to one thread at a time. Errors are unavailable, of type disk_full where there is no room and
// of type sync_failed where a sync failed for another reason, unless said otherwise.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "satchel/base/result.hpp"

namespace satchel::objects {

inline constexpr std::string_view kDiskFull = "disk_full", kSyncFailed = "sync_failed";

/// A file that is written once, from its beginning to its end. Destroyed it is closed, not removed.
class NewFile {
 public:
  virtual ~NewFile() = default;
  virtual Result<void> append(std::span<const std::byte> bytes) = 0;
  /// The bytes are on disk when it returns; the file's name may not be. Never called again once it failed.
  virtual Result<void> sync() = 0;
};

class FileSystem {
 public:
  virtual ~FileSystem() = default;
  /// Nothing to do where it exists.
  virtual Result<void> make_folder(const std::string& path) = 0;
  /// A file that did not exist and is to get `length` bytes: room is reserved ahead of what comes, where the file system can do that.
  virtual Result<std::unique_ptr<NewFile>> create(const std::string& path, std::uint64_t length) = 0;
  /// A descriptor for reading; the bytes stay readable while anybody holds it. Error: not_found, too.
  virtual Result<std::shared_ptr<const int>> open(const std::string& path) = 0;
  /// Absence is not an error.
  virtual Result<void> remove(const std::string& path) = 0;
  /// Error: conflict, where it is not empty.
  virtual Result<void> remove_folder(const std::string& path) = 0;
  /// Names, in no order. Error: not_found, too.
  virtual Result<std::vector<std::string>> list(const std::string& path) = 0;
  /// Names made in and removed from the folder before the call are on disk so.
  virtual Result<void> sync_folder(const std::string& path) = 0;
  /// What an ordinary user may still write; very much where that is not known.
  virtual std::uint64_t free_bytes(const std::string& path) = 0;
};

/// The machine's, shared by the whole process.
FileSystem& posix_file_system();

}  // namespace satchel::objects
