// SPDX-License-Identifier: Apache-2.0
// The table on local disk: RocksDB with one committer thread, which checks conditions and writes many transactions in one
// synced batch. One process holds a folder at a time.
#pragma once

#include <memory>
#include <string>

#include "satchel/base/clock.hpp"
#include "satchel/base/log.hpp"
#include "satchel/ports/table.hpp"

namespace rocksdb {
class FileSystem;
}

namespace satchel {

struct RocksdbTableOptions {
  std::string folder;          // made where it is absent; its parent exists
  Duration lock_wait{5'000};   // a process that was just killed may hold the folder's lock for a moment
  std::size_t cache_bytes = 16 * 1024 * 1024;
  std::shared_ptr<rocksdb::FileSystem> file_system;  // null: the machine's; tests cut the power in theirs
};

/// Opens or makes the table. Any thread may call what it returns; clock and log outlive it.
/// A full disk: a reserve of 32 MiB in the folder is given up first; then writes are `unavailable` (type disk_full) until there
/// is room, and go on by themselves; reads go on all the time. A failed sync:
/// nothing of that batch is acknowledged, and writes are refused until the process starts again. Items past their time to
/// live go away about a day later, when their file is compacted.
/// Errors: unavailable (another process holds the folder; the disk), internal (the data is damaged).
Result<std::unique_ptr<Table>> open_rocksdb_table(const RocksdbTableOptions& options, Clock& clock, Logger& log);

}  // namespace satchel
