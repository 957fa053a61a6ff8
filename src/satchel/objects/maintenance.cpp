// SPDX-License-Identifier: Apache-2.0
// What nobody waits for: files of removed objects, what crashes left, uploads that were never ended. Each step may be repeated.
#include <algorithm>
#include <chrono>
#include <utility>

#include "satchel/objects/engine.hpp"

namespace satchel::objects {
namespace {

constexpr std::size_t kAtOnce = 1000;
constexpr std::chrono::seconds kPause{1};      // collects removals that come together
constexpr std::chrono::seconds kRounds{60};    // uploads past their life, and what failed before

}  // namespace

void Engine::run() {
  std::unique_lock lock(wake_mutex_);
  while (!stopping_) {
    work_ = false;
    lock.unlock();
    if (const auto done = maintain(); !done) log_->warn("objects.maintenance_failed", {{"detail", std::string_view(done.error().detail)}});
    lock.lock();
    wake_.wait_for(lock, kPause, [&] { return stopping_; });
    wake_.wait_for(lock, kRounds, [&] { return stopping_ || work_; });
  }
}

void Engine::wake() {
  {
    const std::scoped_lock lock(wake_mutex_);
    work_ = true;
  }
  wake_.notify_all();
}

Result<void> Engine::maintain() {
  const std::scoped_lock lock(maintenance_mutex_);
  TRY(sweep());
  TRY(collect_garbage());
  return remove_orphans();
}

/// The file goes before its row, so that none is forgotten.
Result<void> Engine::collect_garbage() {
  for (;;) {
    std::vector<BlobId> blobs;
    Index::Batch batch(*index_);
    TRY(index_->scan(Family::garbage, "", [&](std::string_view row, std::string_view) {
      if (const auto blob = blob_of_row(row)) blobs.push_back(*blob);
      batch.remove(Family::garbage, row);
      return blobs.size() < kAtOnce;
    }));
    if (batch.empty()) return {};
    TRY(blobs_->remove(blobs));
    TRY(index_->write(batch, Index::Sync::no));
    count_.collected += blobs.size();
  }
}

/// Only the folders of starts since the last search: how long it takes follows from recent writes, not from all there is.
Result<void> Engine::remove_orphans() {
  if (orphans_removed_) return {};
  const auto mark = TRY(index_->get(Family::meta, "scanned"));
  const std::uint64_t scanned = mark ? number_of(*mark) : 0;
  for (const std::uint64_t epoch : TRY(blobs_->epochs())) {
    if (epoch > scanned && epoch < epoch_) TRY(remove_orphans_of(epoch));
  }
  TRY(mark_scanned(epoch_ - 1));
  orphans_removed_ = true;
  return {};
}

Result<void> Engine::remove_orphans_of(std::uint64_t epoch) {
  for (int shard = 0; shard < kShards; ++shard) {
    std::vector<BlobId> orphans;
    for (const BlobId& blob : TRY(blobs_->list(epoch, shard))) {
      const bool known = TRY(index_->get(Family::blobs, blob_row(blob))) || TRY(index_->get(Family::garbage, blob_row(blob)));
      if (!known) orphans.push_back(blob);
    }
    if (!orphans.empty()) TRY(blobs_->remove(orphans));
    count_.orphans += orphans.size();
  }
  blobs_->drop_empty_folders(epoch);
  return {};
}

Result<void> Engine::mark_scanned(std::uint64_t epoch) {
  Index::Batch batch(*index_);
  batch.put(Family::meta, "scanned", number_text(epoch));
  return index_->write(batch, Index::Sync::no);
}

/// An upload is begun once and worked on for as long as its sender needs: its life counts from the last part. Looked at when it is
/// due, so that no part pays for it.
Result<bool> Engine::lives_on(const std::string& upload, const ObjectKey& key) {
  const std::scoped_lock lock(upload_locks_.of(upload));
  auto record = find_upload(key, upload);
  if (!record) return record.error().code == ErrorCode::not_found ? Result<bool>(true) : std::unexpected(record.error());
  Time due = record->due;
  for (const PartRecord& part : TRY(parts_of(upload, 0, kMostParts))) due = std::max(due, part.info.modified + options_.upload_life);
  if (due <= clock_->now()) return false;
  record->due = due;
  Index::Batch batch(*index_);
  batch.put(Family::uploads, upload, encode(*record));
  batch.put(Family::due, due_row(due, DueKind::upload, upload), "");
  TRY(write(batch));
  return true;
}

Result<void> Engine::sweep() {
  for (;;) {
    std::vector<Due> due;
    const std::string end = number_text(static_cast<std::uint64_t>(to_millis(clock_->now())) + 1);
    Index::Batch batch(*index_);
    TRY(index_->scan(Family::due, "", [&](std::string_view row, std::string_view) {
      if (row >= end || due.size() >= kAtOnce) return false;
      if (const auto one = due_of_row(row)) due.push_back(*one);
      batch.remove(Family::due, row);
      return true;
    }));
    if (batch.empty()) return {};
    for (const Due& one : due) {
      if (one.kind == DueKind::tombstone) {
        batch.remove(Family::tombstones, one.upload);
      } else if (const auto record = TRY(index_->find<UploadRecord>(Family::uploads, one.upload))) {
        if (TRY(lives_on(one.upload, record->key))) continue;
        TRY(abort(record->key, one.upload));
        ++count_.swept;
      }
    }
    TRY(index_->write(batch, Index::Sync::no));
  }
}

}  // namespace satchel::objects
