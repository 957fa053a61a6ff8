// SPDX-License-Identifier: Apache-2.0
#include "satchel/embedded/table_committer.hpp"

#include <rocksdb/utilities/write_batch_with_index.h>

#include <algorithm>
#include <chrono>
#include <utility>

#include "satchel/embedded/table_encoding.hpp"
#include "satchel/ports/table_rules.hpp"

namespace satchel::embedded {
namespace {

constexpr std::size_t kMostQueued = 1024;
constexpr std::size_t kMostAtOnce = 128;
constexpr std::size_t kLargestBatch = 8 * 1024 * 1024;
constexpr Duration kResumePause{250};

rocksdb::Slice slice(const std::string& text) { return {text.data(), text.size()}; }

std::unexpected<Error> out_of_time(bool unknown) {
  return fail(ErrorCode::deadline_exceeded, "The server is too busy to store this in time. Try again.",
              unknown ? "the committer holds it" : "not written");
}

/// A row of an index that comes or goes with a change of its item.
void index(rocksdb::WriteBatchWithIndex& batch, rocksdb::ColumnFamilyHandle* family, Index which, const std::optional<Item>& before,
           const std::optional<Item>& after) {
  const auto left = before ? place_in(which, *before) : std::nullopt;
  const auto entered = after ? place_in(which, *after) : std::nullopt;
  if (left && left != entered) batch.Delete(family, slice(index_row_key(*left, before->key)));
  if (!entered) return;
  const std::string value = encode_ttl(*after);
  if (left != entered || value != encode_ttl(*before)) batch.Put(family, slice(index_row_key(*entered, after->key)), slice(value));
}

}  // namespace

std::unexpected<Error> failure(const rocksdb::Status& status) {
  if (status.IsCorruption()) {
    return fail(ErrorCode::internal, "The server's data is damaged in one place. Tell its administrator.", status.ToString());
  }
  if (status.IsNoSpace()) {
    return fail(ErrorCode::unavailable, "The server's disk is full, so nothing new can be stored. Free some space and try again.",
                status.ToString(), "disk_full");
  }
  return fail(ErrorCode::unavailable, "The server's disk does not take this. Try again; if it goes on, tell its administrator.", status.ToString());
}

struct Committer::Job {
  Transaction transaction;
  bool taken = false, done = false;  // under the committer's mutex
  Result<WriteOutcome> outcome;      // written before done is
  std::condition_variable answered;
};

Committer::Committer(rocksdb::DB& database, const Families& families, objects::DiskReserve& reserve, Clock& clock, Logger& log)
    : database_(&database), families_(families), reserve_(&reserve), clock_(&clock), log_(&log), thread_([this] { run(); }) {}

Committer::~Committer() {
  {
    const std::scoped_lock lock(mutex_);
    stopping_ = true;
  }
  work_.notify_all();
  space_.notify_all();
  thread_.join();
}

Result<WriteOutcome> Committer::commit(const Call& call, const Transaction& transaction) {
  const auto until = std::chrono::steady_clock::now() + (call.deadline - clock_->now());
  // Shared: a caller whose time is up leaves the job to the committer.
  const auto job = std::make_shared<Job>(transaction);
  std::unique_lock lock(mutex_);
  if (!space_.wait_until(lock, until, [&] { return stopping_ || queue_.size() < kMostQueued; })) return out_of_time(/*unknown=*/false);
  if (stopping_) return fail(ErrorCode::unavailable, "The server is stopping. Try again in a moment.", "not written");
  queue_.push_back(job);
  work_.notify_one();
  if (job->answered.wait_until(lock, until, [&] { return job->done; })) return std::move(job->outcome);
  if (job->taken) return out_of_time(/*unknown=*/true);
  std::erase(queue_, job);
  return out_of_time(/*unknown=*/false);
}

/// Empty: it is time to stop.
Committer::Batch Committer::take() {
  std::unique_lock lock(mutex_);
  work_.wait(lock, [&] { return stopping_ || !queue_.empty(); });
  Batch jobs;
  if (stopping_) {
    for (const auto& job : queue_) {
      job->outcome = fail(ErrorCode::unavailable, "The server is stopping. Try again in a moment.", "not written");
      job->done = true;
      job->answered.notify_all();
    }
    queue_.clear();
    return jobs;
  }
  while (!queue_.empty() && jobs.size() < kMostAtOnce) {
    jobs.push_back(std::move(queue_.front()));
    jobs.back()->taken = true;
    queue_.pop_front();
  }
  return jobs;
}

void Committer::run() {
  for (Batch jobs = take(); !jobs.empty(); jobs = take()) {
    process(jobs);
    const std::scoped_lock lock(mutex_);
    for (const auto& job : jobs) {
      job->done = true;
      job->answered.notify_all();
    }
    space_.notify_all();
  }
}

void Committer::process(const Batch& jobs) {
  for (auto next = jobs.begin(); next != jobs.end();) {
    rocksdb::WriteBatchWithIndex batch(rocksdb::BytewiseComparator(), 0, /*overwrite_key=*/true);
    const auto first = next;
    while (next != jobs.end() && batch.GetWriteBatch()->GetDataSize() < kLargestBatch) {
      (*next)->outcome = stage(batch, (*next)->transaction);
      ++next;
    }
    const rocksdb::Status status = write(batch);
    if (status.ok()) continue;
    log_->error("table.write_failed", {{"status", std::string_view(status.ToString())}});
    // Also those whose condition failed: it may have failed on what this batch did not get written.
    std::for_each(first, next, [&](const auto& job) { job->outcome = failure(status); });
  }
}

Result<std::optional<Item>> Committer::read(rocksdb::WriteBatchWithIndex& batch, const Key& key) const {
  std::string bytes;
  const auto status = batch.GetFromBatchAndDB(database_, {}, families_[0], slice(row_key(key)), &bytes);
  if (status.IsNotFound()) return std::nullopt;
  if (!status.ok()) return failure(status);
  return std::optional(TRY(decode(key, bytes)));
}

Result<WriteOutcome> Committer::stage(rocksdb::WriteBatchWithIndex& batch, const Transaction& transaction) const {
  std::vector<std::pair<std::optional<Item>, std::optional<Item>>> changes;
  for (std::size_t i = 0; i < transaction.size(); ++i) {
    auto before = TRY(read(batch, key_of(transaction[i])));
    const Item* held = before ? &*before : nullptr;
    if (!holds(condition_of(transaction[i]), held)) return WriteOutcome{i};
    if (std::holds_alternative<Check>(transaction[i])) continue;
    auto after = TRY(apply(transaction[i], held));
    changes.emplace_back(std::move(before), std::move(after));
  }
  for (const auto& [before, after] : changes) {
    if (after) {
      batch.Put(families_[0], slice(row_key(after->key)), slice(encode(*after)));
    } else if (before) {
      batch.Delete(families_[0], slice(row_key(before->key)));
    }
    for (const Index which : {Index::gsi1, Index::gsi2}) index(batch, families_[static_cast<std::size_t>(which)], which, before, after);
  }
  return WriteOutcome{};
}

rocksdb::Status Committer::write(rocksdb::WriteBatchWithIndex& batch) {
  if (batch.GetWriteBatch()->Count() == 0) return rocksdb::Status::OK();
  if (reserve_->adjust()) log_->warn(reserve_->held() ? "table.disk_has_room" : "table.disk_nearly_full");
  if (!last_write_.ok() && !resume()) return last_write_;
  rocksdb::WriteOptions options;
  options.sync = true;
  last_write_ = database_->Write(options, batch.GetWriteBatch());
  if (!last_write_.ok()) resume_after_ = clock_->now() + kResumePause;
  return last_write_;
}

/// After a full disk: a new log, once there is room for it; without room RocksDB would take the next failure for fatal. After a
/// failed sync it refuses: the log may have a hole.
bool Committer::resume() {
  if (clock_->now() < resume_after_ || !reserve_->has_room()) return false;
  resume_after_ = clock_->now() + kResumePause;
  const rocksdb::Status status = database_->Resume();
  if (status.ok()) {
    log_->info("table.writes_resumed");
  } else {
    log_->error("table.writes_stay_refused", {{"status", std::string_view(status.ToString())}});
  }
  return status.ok();
}

}  // namespace satchel::embedded
