// SPDX-License-Identifier: Apache-2.0
#include "satchel/objects/index.hpp"

#include <rocksdb/cache.h>
#include <rocksdb/env.h>
#include <rocksdb/file_system.h>
#include <rocksdb/filter_policy.h>
#include <rocksdb/listener.h>
#include <rocksdb/table.h>

#include <algorithm>
#include <filesystem>
#include <utility>

#include "satchel/base/retry.hpp"
#include "satchel/objects/file_system.hpp"

namespace satchel::objects {
namespace {

constexpr Duration kResumePause{250};
constexpr std::array<std::string_view, kFamilies> kNames{"default", "objects", "inline", "manifests", "uploads", "parts",
                                                    "tombstones", "blobs", "garbage", "events", "due"};

rocksdb::Slice slice(std::string_view text) { return {text.data(), text.size()}; }
std::string_view view(const rocksdb::Slice& text) { return {text.data(), text.size()}; }

std::unexpected<Error> failure(const rocksdb::Status& status) {
  if (status.IsCorruption()) {
    return fail(ErrorCode::internal, "The server's data is damaged in one place. Tell its administrator.", status.ToString());
  }
  if (status.IsNoSpace()) {
    return fail(ErrorCode::unavailable, "The server's disk is full, so nothing new can be stored. Free some space and try again.",
                status.ToString(), std::string(kDiskFull));
  }
  return fail(ErrorCode::unavailable, "The server's disk does not take this. Try again; if it goes on, tell its administrator.", status.ToString());
}

/// RocksDB's own recovery from a full disk looks every few seconds; here the next write resumes instead.
class NoOwnRecovery final : public rocksdb::EventListener {
 public:
  void OnErrorRecoveryBegin(rocksdb::BackgroundErrorReason, rocksdb::Status, bool* automatic) override { *automatic = false; }
};

/// Modest in memory: the whole product idles under 40 MiB.
rocksdb::DBOptions database_options(rocksdb::Env* env) {
  rocksdb::DBOptions options;
  options.env = env;
  options.create_if_missing = true;
  options.db_write_buffer_size = 16 * 1024 * 1024;
  options.max_total_wal_size = 32 * 1024 * 1024;
  options.max_background_jobs = 2;
  options.max_file_opening_threads = 1;
  options.max_open_files = 128;
  options.table_cache_numshardbits = 2;
  options.info_log_level = rocksdb::WARN_LEVEL;
  options.keep_log_file_num = 2;
  options.stats_dump_period_sec = 0;
  options.stats_persist_period_sec = 0;
  options.listeners.push_back(std::make_shared<NoOwnRecovery>());
  return options;
}

rocksdb::ColumnFamilyOptions family_options(const std::shared_ptr<rocksdb::Cache>& cache, Family family) {
  rocksdb::BlockBasedTableOptions blocks;
  blocks.block_cache = cache;
  blocks.cache_index_and_filter_blocks = true;
  blocks.filter_policy.reset(rocksdb::NewBloomFilterPolicy(10));
  blocks.format_version = 5;
  rocksdb::ColumnFamilyOptions options;
  options.table_factory.reset(rocksdb::NewBlockBasedTableFactory(blocks));
  options.compression = rocksdb::kLZ4Compression;
  options.write_buffer_size = 8 * 1024 * 1024;
  options.arena_block_size = 64 * 1024;
  if (family == Family::inlined) {
    // Payloads are written once: kept out of the sorted files they are not moved whenever those are merged.
    options.compression = rocksdb::kNoCompression;
    options.enable_blob_files = true;
    options.min_blob_size = 1024;
    options.enable_blob_garbage_collection = true;
  }
  return options;
}

/// Opens the families that exist and then makes those that do not, all at once: RocksDB's own way of making missing ones writes,
/// reads and checks a file of options for each.
rocksdb::Status open_families(const rocksdb::DBOptions& options, const std::string& folder, std::size_t cache_bytes,
                              std::unique_ptr<rocksdb::DB>& database, std::vector<rocksdb::ColumnFamilyHandle*>& handles) {
  std::vector<std::string> existing;
  if (!rocksdb::DB::ListColumnFamilies(options, folder, &existing).ok()) existing = {std::string(kNames[0])};
  const auto cache = rocksdb::NewLRUCache(cache_bytes, /*num_shard_bits=*/2);
  std::vector<rocksdb::ColumnFamilyDescriptor> held, missing;
  for (std::size_t i = 0; i < kFamilies; ++i) {
    auto& kind = std::ranges::find(existing, kNames[i]) != existing.end() ? held : missing;
    kind.emplace_back(std::string(kNames[i]), family_options(cache, static_cast<Family>(i)));
  }
  rocksdb::DB* opened = nullptr;
  auto status = rocksdb::DB::Open(options, folder, held, &handles, &opened);
  database.reset(opened);
  if (!status.ok() || missing.empty()) return status;
  std::vector<rocksdb::ColumnFamilyHandle*> made;
  status = database->CreateColumnFamilies(missing, &made);
  handles.insert(handles.end(), made.begin(), made.end());
  std::ranges::sort(handles, {}, [](const auto* handle) { return std::ranges::find(kNames, handle->GetName()) - kNames.begin(); });
  return status;
}

}  // namespace

void Index::Batch::put(Family family, std::string_view row, std::string_view value) {
  batch_.Put(index_->handle(family), slice(row), slice(value)).PermitUncheckedError();
}

void Index::Batch::remove(Family family, std::string_view row) {
  batch_.Delete(index_->handle(family), slice(row)).PermitUncheckedError();
}

Result<std::unique_ptr<Index>> Index::open(const IndexOptions& options, Clock& clock, Random& random, Logger& log) {
  std::unique_ptr<Index> index(new Index(options, clock, log));
  TRY(index->open_database(random));
  return index;
}

Index::~Index() {
  if (!database_) return;
  // An empty log makes the next start quick; nothing depends on it.
  if (!poisoned_) database_->Flush({}, handles_).PermitUncheckedError();
  for (auto* handle : handles_) database_->DestroyColumnFamilyHandle(handle).PermitUncheckedError();
  database_->Close().PermitUncheckedError();
}

/// The folder's own entry must be on disk before anything in it is acknowledged.
Result<void> Index::make_folder() {
  const auto status = env_->CreateDirIfMissing(options_.folder);
  if (!status.ok()) return failure(status);
  std::unique_ptr<rocksdb::Directory> parent;
  const auto opened = env_->NewDirectory(std::filesystem::path(options_.folder).parent_path().string(), &parent);
  if (!opened.ok()) return failure(opened);
  const auto synced = parent->Fsync();
  if (!synced.ok()) return failure(synced);
  return {};
}

Result<void> Index::open_database(Random& random) {
  if (options_.file_system) {
    own_env_ = rocksdb::NewCompositeEnv(options_.file_system);
    env_ = own_env_.get();
  }
  TRY(make_folder());
  const RetryPolicy until_unlocked{.attempts = 1000, .first_delay = Duration{20}, .longest_delay = Duration{200}};
  TRY(retry(until_unlocked, clock_->now() + options_.lock_wait, *clock_, random, [&]() -> Result<void> {
    const auto status = open_families(database_options(env_), options_.folder, options_.cache_bytes, database_, handles_);
    if (status.ok()) return {};
    if (status.IsNoSpace()) return failure(status);
    if (status.ToString().find("lock") == std::string::npos) {
      return fail(ErrorCode::internal, "The object store in " + options_.folder + " cannot be opened.", status.ToString());
    }
    return fail(ErrorCode::unavailable, "Another process holds the data folder " + options_.folder + ". Stop it first.", status.ToString());
  }));
  reserve_ = std::make_unique<DiskReserve>(*env_, options_.folder);
  return {};
}

Result<std::optional<std::string>> Index::get(Family family, std::string_view row) const {
  std::string value;
  const auto status = database_->Get({}, handle(family), slice(row), &value);
  if (status.IsNotFound()) return std::nullopt;
  if (!status.ok()) return failure(status);
  return std::optional(std::move(value));
}

Result<void> Index::scan(Family family, std::string_view first,
                         const std::function<bool(std::string_view, std::string_view)>& each) const {
  const std::unique_ptr<rocksdb::Iterator> row(database_->NewIterator({}, handle(family)));
  for (row->Seek(slice(first)); row->Valid(); row->Next()) {
    if (!each(view(row->key()), view(row->value()))) break;
  }
  if (!row->status().ok()) return failure(row->status());
  return {};
}

void Index::poison(std::string_view reason) {
  if (!poisoned_.exchange(true)) log_->error("objects.writes_stay_refused", {{"reason", reason}});
}

Result<void> Index::ready() {
  if (poisoned_) {
    return fail(ErrorCode::unavailable, "The server's disk has failed, so nothing new can be stored. Tell its administrator.", "refused since a failed sync");
  }
  const std::scoped_lock lock(mutex_);
  if (reserve_->adjust()) log_->warn(reserve_->held() ? "objects.disk_has_room" : "objects.disk_nearly_full");
  if (!last_failure_.ok() && !resume()) return failure(last_failure_);
  return {};
}

/// After a full disk: a new log, once there is room for it; without room RocksDB would take the next failure for fatal.
bool Index::resume() {
  if (clock_->now() < resume_after_ || !reserve_->has_room()) return false;
  resume_after_ = clock_->now() + kResumePause;
  const rocksdb::Status status = database_->Resume();
  if (status.ok()) {
    log_->info("objects.writes_resumed");
    last_failure_ = status;
  }
  return status.ok();
}

Result<void> Index::write(Batch& batch, Sync sync) {
  if (batch.empty()) return {};
  rocksdb::WriteOptions options;
  options.sync = sync == Sync::yes;
  // A full disk may have been met before the reserve was given up: then the second attempt succeeds.
  for (bool again = false;; again = true) {
    TRY(ready());
    const rocksdb::Status status = database_->Write(options, &batch.batch_);
    if (status.ok()) return {};
    log_->error("objects.write_failed", {{"status", std::string_view(status.ToString())}});
    if (!status.IsNoSpace()) {
      poison(status.ToString());
      return failure(status);
    }
    const std::scoped_lock lock(mutex_);
    last_failure_ = status;
    resume_after_ = clock_->now() + (again ? kResumePause : Duration{0});
    if (again) return failure(status);
  }
}

}  // namespace satchel::objects
