// SPDX-License-Identifier: Apache-2.0
// The store's database: records, small payloads and queues in RocksDB, each batch written with one synced log; RocksDB shares a
// sync among writers that wait together. Any thread may call.
#pragma once

#include <rocksdb/db.h>
#include <rocksdb/write_batch.h>

#include <array>
#include <atomic>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "satchel/base/clock.hpp"
#include "satchel/base/log.hpp"
#include "satchel/base/random.hpp"
#include "satchel/objects/disk_reserve.hpp"
#include "satchel/objects/records.hpp"

namespace satchel::objects {

/// Column families. Each stands for one kind of row of records.hpp.
enum class Family : std::size_t {
  meta,        // "epoch": starts so far; "scanned": the last of them whose leftovers were removed
  objects,     // object_row → ObjectRecord
  inlined,     // blob_row → bytes
  manifests,   // blob_row → Manifest
  uploads,     // upload id → UploadRecord
  parts,       // part_row → PartRecord
  tombstones,  // upload id → Tombstone
  blobs,       // blob_row → "": every file that a record needs
  garbage,     // blob_row → "": files to remove, no record needs them any more
  events,      // event id → Event
  due,         // due_row → ""
};
inline constexpr std::size_t kFamilies = 11;

struct IndexOptions {
  std::string folder;
  std::size_t cache_bytes = 0;
  Duration lock_wait{};
  std::shared_ptr<rocksdb::FileSystem> file_system;  // null: the machine's
};

class Index {
 public:
  static Result<std::unique_ptr<Index>> open(const IndexOptions& options, Clock& clock, Random& random, Logger& log);
  ~Index();

  /// A change of several rows: all of them or none.
  class Batch {
   public:
    explicit Batch(Index& index) : index_(&index) {}
    void put(Family family, std::string_view row, std::string_view value);
    void remove(Family family, std::string_view row);
    bool empty() const { return batch_.Count() == 0; }

   private:
    friend class Index;
    Index* index_;
    rocksdb::WriteBatch batch_;
  };
  enum class Sync { yes, no };

  /// Errors: unavailable; type disk_full while there is no room, and it goes on by itself. After another failure nothing is
  /// written any more, and whether that batch will be there after the next start is unknown.
  Result<void> write(Batch& batch, Sync sync = Sync::yes);
  /// What write() would refuse before it tries.
  Result<void> ready();
  Result<std::optional<std::string>> get(Family family, std::string_view row) const;
  template <class Record>
  Result<std::optional<Record>> find(Family family, std::string_view row) const {
    const auto bytes = TRY(get(family, row));
    if (!bytes) return std::nullopt;
    return std::optional(TRY(decode<Record>(*bytes)));
  }
  /// Rows from `first` on, in their order, until `each` says false.
  Result<void> scan(Family family, std::string_view first, const std::function<bool(std::string_view row, std::string_view value)>& each) const;

  /// Refuses all writes from now on: a sync of something that its records rely on has failed.
  void poison(std::string_view reason);
  bool accepts_writes() const { return !poisoned_; }

 private:
  Index(const IndexOptions& options, Clock& clock, Logger& log) : options_(options), clock_(&clock), log_(&log) {}
  Result<void> open_database(Random& random);
  Result<void> make_folder();
  rocksdb::ColumnFamilyHandle* handle(Family family) const { return handles_[static_cast<std::size_t>(family)]; }
  bool resume();

  IndexOptions options_;
  Clock* clock_;
  Logger* log_;
  std::unique_ptr<rocksdb::Env> own_env_;
  rocksdb::Env* env_ = rocksdb::Env::Default();
  std::unique_ptr<rocksdb::DB> database_;
  std::vector<rocksdb::ColumnFamilyHandle*> handles_;  // in the order of Family
  std::atomic<bool> poisoned_ = false;

  std::mutex mutex_;  // of what follows
  std::unique_ptr<DiskReserve> reserve_;
  rocksdb::Status last_failure_;  // OK: none since the last resumption
  Time resume_after_{};
};

}  // namespace satchel::objects
