// SPDX-License-Identifier: Apache-2.0
// A disk in memory that knows what would survive a power cut: of a file what was synced, of a folder the entries that were there
// at its last sync, and of all that came later any part. Files are only appended to, which is all that blobs and RocksDB do.
// Any thread may call.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

namespace satchel::powercut {

/// The syncs that the acknowledgement of a write rests on, and all others.
enum class SyncKind {
  data,       // of a blob's bytes
  directory,  // of a folder of blobs
  log,        // of a database's write-ahead log
  other,
};

/// What a cut leaves of that which was not synced.
enum class Unsynced {
  lost,
  // Any subset of the writes, the last one torn; of the entries of a folder of blobs any subset, of another folder those up to
  // one of them: RocksDB relies on that order, which every journaling file system keeps.
  some,
  kept,
};

struct Node;
using NodePointer = std::shared_ptr<Node>;
using Entries = std::map<std::string, NodePointer, std::less<>>;

/// Changes of a folder's entries that are lasting together or not at all; no node: the entry is removed.
using EntryChange = std::vector<std::pair<std::string, NodePointer>>;

struct Node {
  bool folder = false;
  // Of a file.
  std::shared_ptr<std::string> data = std::make_shared<std::string>();
  std::size_t synced = 0;
  std::vector<std::size_t> ends;  // of the writes since the last sync
  // Of a folder.
  Entries entries, synced_entries;
  std::vector<EntryChange> changes;  // since the last sync
};

/// A disk at one moment, with all that a cut then could leave.
class Image {
 public:
  explicit Image(NodePointer root) : root_(std::move(root)) {}
  const NodePointer& root() const { return root_; }

 private:
  NodePointer root_;
};

class Disk {
 public:
  Disk();
  /// What a power cut leaves of an image; all of it is synced.
  Disk(const Image& image, Unsynced unsynced, std::uint64_t seed);

  /// Called before each sync takes effect, with the disk standing still: the callback must not call the disk, only what it is given.
  std::function<void(SyncKind, const std::function<Image()>&)> before_sync;
  /// Syncs that claim to be done, and are not.
  std::set<SyncKind> ignored;

  enum class Outcome { done, exists, absent, not_empty, wrong_kind };
  Outcome make_folder(std::string_view path);
  /// An empty file; one of that name is replaced where that is allowed, and else `exists`.
  Outcome create(std::string_view path, bool replace, NodePointer& file);
  void append(const NodePointer& file, std::string_view bytes);
  void sync(const NodePointer& file, std::string_view path);
  Outcome sync_folder(std::string_view path);
  /// An entry's node; null where it is absent.
  NodePointer find(std::string_view path) const;
  std::string read(const NodePointer& file, std::uint64_t offset, std::size_t most) const;
  std::uint64_t size(const NodePointer& file) const;
  std::optional<std::vector<std::string>> list(std::string_view path) const;
  Outcome remove(std::string_view path, bool folder);
  /// Within one folder, or a folder's entry into another as RocksDB does with files: the target is replaced.
  Outcome rename(std::string_view from, std::string_view to);
  bool lock(std::string_view path);
  void unlock(std::string_view path);

  /// The disk now; `with` is called while it stands still.
  Image image(const std::function<void()>& with = {}) const;
  /// Files below a folder, in all depths.
  std::size_t count_files(std::string_view path) const;

 private:
  NodePointer find_locked(std::string_view path) const;
  NodePointer parent_of(std::string_view path, std::string& name) const;
  static void change(const NodePointer& folder, EntryChange change);
  void announce(SyncKind kind);

  mutable std::mutex mutex_;
  NodePointer root_;
  std::set<std::string, std::less<>> locks_;
};

SyncKind kind_of_file(std::string_view path);
SyncKind kind_of_folder(std::string_view path);
std::string_view to_string(SyncKind kind);

}  // namespace satchel::powercut
