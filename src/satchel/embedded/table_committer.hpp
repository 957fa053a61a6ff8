// SPDX-License-Identifier: Apache-2.0
// The one thread that writes the table: it drains a queue of transactions, judges each against the database and the batch so
// far, writes the batch with one sync, and answers all of them. So transactions are serialisable and need no lock. Any thread
// may call commit().
#pragma once

#include <rocksdb/db.h>

#include <array>
#include <condition_variable>
#include <deque>
#include <memory>
#include <mutex>
#include <thread>
#include <vector>

#include "satchel/base/clock.hpp"
#include "satchel/base/log.hpp"
#include "satchel/objects/disk_reserve.hpp"
#include "satchel/ports/table.hpp"

namespace rocksdb {
class WriteBatchWithIndex;
}

namespace satchel::embedded {

/// In the order of Index.
using Families = std::array<rocksdb::ColumnFamilyHandle*, 3>;

/// What a status of RocksDB is called outside; for anything but OK and NotFound.
std::unexpected<Error> failure(const rocksdb::Status& status);

class Committer {
 public:
  /// All of them outlive it.
  Committer(rocksdb::DB& database, const Families& families, objects::DiskReserve& reserve, Clock& clock, Logger& log);
  /// Answers what it has taken up; what is still in the queue is unavailable, and was not written.
  ~Committer();

  /// As Table::write, of a transaction that has passed check_transaction().
  Result<WriteOutcome> commit(const Call& call, const Transaction& transaction);

 private:
  struct Job;
  using Batch = std::vector<std::shared_ptr<Job>>;

  void run();
  Batch take();
  void process(const Batch& jobs);
  Result<WriteOutcome> stage(rocksdb::WriteBatchWithIndex& batch, const Transaction& transaction) const;
  Result<std::optional<Item>> read(rocksdb::WriteBatchWithIndex& batch, const Key& key) const;
  rocksdb::Status write(rocksdb::WriteBatchWithIndex& batch);
  bool resume();

  rocksdb::DB* database_;
  Families families_;
  objects::DiskReserve* reserve_;
  Clock* clock_;
  Logger* log_;
  rocksdb::Status last_write_;  // where it failed, resume before the next; the committer's own, as is:
  Time resume_after_{};

  std::mutex mutex_;
  std::condition_variable work_, space_;
  std::deque<std::shared_ptr<Job>> queue_;
  bool stopping_ = false;
  std::thread thread_;  // last: it uses all of the above
};

}  // namespace satchel::embedded
