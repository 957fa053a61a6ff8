// SPDX-License-Identifier: Apache-2.0
#include "satchel/embedded/table.hpp"

#include <rocksdb/cache.h>
#include <rocksdb/compaction_filter.h>
#include <rocksdb/db.h>
#include <rocksdb/env.h>
#include <rocksdb/file_system.h>
#include <rocksdb/filter_policy.h>
#include <rocksdb/listener.h>
#include <rocksdb/table.h>

#include <filesystem>
#include <utility>

#include "satchel/base/random.hpp"
#include "satchel/base/retry.hpp"
#include "satchel/objects/disk_reserve.hpp"
#include "satchel/embedded/table_committer.hpp"
#include "satchel/embedded/table_encoding.hpp"
#include "satchel/ports/table_rules.hpp"

namespace satchel {
namespace {

using embedded::failure;

constexpr std::size_t kPageBytes = 1024 * 1024;  // a page ends behind them, as DynamoDB's does
constexpr Duration kExpiredKept = std::chrono::hours{24};

rocksdb::Slice slice(const std::string& text) { return {text.data(), text.size()}; }
std::string_view view(const rocksdb::Slice& text) { return {text.data(), text.size()}; }

/// Drops what is a day past its time to live, when RocksDB rewrites a file anyway.
class ExpiryFilter final : public rocksdb::CompactionFilter {
 public:
  ExpiryFilter(const Clock& clock, std::optional<std::int64_t> (*ttl)(std::string_view)) : clock_(&clock), ttl_(ttl) {}
  const char* Name() const override { return "satchel.expiry"; }
  bool Filter(int, const rocksdb::Slice&, const rocksdb::Slice& value, std::string*, bool*) const override {
    const auto ttl = ttl_(view(value));
    return ttl && *ttl < to_millis(clock_->now() - kExpiredKept) / 1000;
  }

 private:
  const Clock* clock_;
  std::optional<std::int64_t> (*ttl_)(std::string_view);
};

/// RocksDB's own recovery from a full disk looks every few seconds; the committer resumes with the next write instead.
class NoOwnRecovery final : public rocksdb::EventListener {
 public:
  void OnErrorRecoveryBegin(rocksdb::BackgroundErrorReason, rocksdb::Status, bool* automatic) override { *automatic = false; }
};

/// Modest in memory: the whole product idles under 40 MiB.
rocksdb::DBOptions database_options(rocksdb::Env* env) {
  rocksdb::DBOptions options;
  options.env = env;
  options.create_if_missing = true;
  options.create_missing_column_families = true;
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

rocksdb::ColumnFamilyOptions family_options(const std::shared_ptr<rocksdb::Cache>& cache, const rocksdb::CompactionFilter* filter) {
  rocksdb::BlockBasedTableOptions blocks;
  blocks.block_cache = cache;
  blocks.cache_index_and_filter_blocks = true;
  blocks.filter_policy.reset(rocksdb::NewBloomFilterPolicy(10));
  blocks.format_version = 5;
  rocksdb::ColumnFamilyOptions options;
  options.table_factory.reset(rocksdb::NewBlockBasedTableFactory(blocks));
  options.compression = rocksdb::kLZ4Compression;
  options.write_buffer_size = 8 * 1024 * 1024;
  options.arena_block_size = 128 * 1024;
  options.compaction_filter = filter;
  options.periodic_compaction_seconds = 7 * 24 * 3600;  // so that every expired item meets the filter
  return options;
}

class RocksdbTable final : public Table {
 public:
  RocksdbTable(const RocksdbTableOptions& options, Clock& clock, Logger& log)
      : options_(options), clock_(&clock), log_(&log), item_expiry_(clock, &embedded::ttl_of_item), row_expiry_(clock, &embedded::ttl_of_index_row) {}
  ~RocksdbTable() override;

  Result<void> open();
  Result<std::optional<Item>> get(const Call& call, const Key& key) const override;
  Result<std::vector<std::optional<Item>>> batch_get(const Call& call, const std::vector<Key>& keys) const override;
  Result<Page> query(const Call& call, const Query& query) const override;
  Result<WriteOutcome> write(const Call& call, const Transaction& transaction) override {
    TRY(check_transaction(transaction));
    return committer_->commit(call, transaction);
  }

 private:
  Result<void> make_folder();
  Result<std::optional<Item>> read(const rocksdb::ReadOptions& options, const Key& key) const;
  /// The item of a row; empty where an index row's item has expired.
  Result<std::optional<Item>> item_of(const rocksdb::ReadOptions& options, Index index, const rocksdb::Iterator& row) const;

  RocksdbTableOptions options_;
  Clock* clock_;
  Logger* log_;
  ExpiryFilter item_expiry_, row_expiry_;
  std::unique_ptr<rocksdb::Env> own_env_;
  rocksdb::Env* env_ = rocksdb::Env::Default();
  std::unique_ptr<rocksdb::DB> database_;
  std::vector<rocksdb::ColumnFamilyHandle*> handles_;  // RocksDB's default family, then ours in the order of Index
  embedded::Families families_{};
  std::unique_ptr<objects::DiskReserve> reserve_;
  std::unique_ptr<embedded::Committer> committer_;
};

RocksdbTable::~RocksdbTable() {
  committer_.reset();
  if (!database_) return;
  // An empty log makes the next start quick; nothing depends on it.
  database_->Flush({}, handles_).PermitUncheckedError();
  for (auto* handle : handles_) database_->DestroyColumnFamilyHandle(handle).PermitUncheckedError();
  database_->Close().PermitUncheckedError();
}

/// The folder's own entry must be on disk before anything in it is acknowledged.
Result<void> RocksdbTable::make_folder() {
  const auto status = env_->CreateDirIfMissing(options_.folder);
  if (!status.ok()) return failure(status);
  std::unique_ptr<rocksdb::Directory> parent;
  const std::filesystem::path above = std::filesystem::path(options_.folder).parent_path();
  const auto opened = env_->NewDirectory(above.empty() ? "." : above.string(), &parent);
  if (!opened.ok()) return failure(opened);
  const auto synced = parent->Fsync();
  if (!synced.ok()) return failure(synced);
  return {};
}

Result<void> RocksdbTable::open() {
  if (options_.file_system) {
    own_env_ = rocksdb::NewCompositeEnv(options_.file_system);
    env_ = own_env_.get();
  }
  TRY(make_folder());
  const auto cache = rocksdb::NewLRUCache(options_.cache_bytes, /*num_shard_bits=*/2);
  const auto rows = family_options(cache, &row_expiry_);
  const std::vector<rocksdb::ColumnFamilyDescriptor> families{
      {rocksdb::kDefaultColumnFamilyName, rows}, {"base", family_options(cache, &item_expiry_)}, {"gsi1", rows}, {"gsi2", rows}};
  const auto random = system_random();
  const RetryPolicy until_unlocked{.attempts = 1000, .first_delay = Duration{20}, .longest_delay = Duration{200}};
  TRY(retry(until_unlocked, clock_->now() + options_.lock_wait, *clock_, *random, [&]() -> Result<void> {
    rocksdb::DB* database = nullptr;
    const auto status = rocksdb::DB::Open(database_options(env_), options_.folder, families, &handles_, &database);
    database_.reset(database);
    if (status.ok()) return {};
    if (status.ToString().find("lock") == std::string::npos) return fail(ErrorCode::internal, "The table in " + options_.folder + " cannot be opened.", status.ToString());
    return fail(ErrorCode::unavailable, "Another process holds the data folder " + options_.folder + ". Stop it first.", status.ToString());
  }));
  families_ = {handles_[1], handles_[2], handles_[3]};
  reserve_ = std::make_unique<objects::DiskReserve>(*env_, options_.folder);
  committer_ = std::make_unique<embedded::Committer>(*database_, families_, *reserve_, *clock_, *log_);
  return {};
}

Result<std::optional<Item>> RocksdbTable::read(const rocksdb::ReadOptions& options, const Key& key) const {
  rocksdb::PinnableSlice bytes;
  const auto status = database_->Get(options, families_[0], slice(embedded::row_key(key)), &bytes);
  if (status.IsNotFound()) return std::nullopt;
  if (!status.ok()) return failure(status);
  return std::optional(TRY(embedded::decode(key, view(bytes))));
}

Result<std::optional<Item>> RocksdbTable::get(const Call&, const Key& key) const { return read({}, key); }

Result<std::vector<std::optional<Item>>> RocksdbTable::batch_get(const Call&, const std::vector<Key>& keys) const {
  TRY(check_keys(keys));
  std::vector<std::optional<Item>> items;
  for (const Key& key : keys) items.push_back(TRY(read({}, key)));
  return items;
}

Result<std::optional<Item>> RocksdbTable::item_of(const rocksdb::ReadOptions& options, Index index, const rocksdb::Iterator& row) const {
  const auto key = index == Index::base ? embedded::key_of_row(view(row.key())) : embedded::key_of_index_row(view(row.key()));
  if (!key) return failure(rocksdb::Status::Corruption("row key", row.key().ToString(/*hex=*/true)));
  if (index != Index::base) return read(options, *key);
  return std::optional(TRY(embedded::decode(*key, view(row.value()))));
}

Result<Page> RocksdbTable::query(const Call&, const Query& query) const {
  TRY(check_query(query));
  const SortRange range = sort_range(query);
  const bool base = query.index == Index::base;
  const std::string prefix = embedded::row_prefix(query.partition);
  std::string first = prefix + (base ? range.first : embedded::escaped(range.first));
  std::string end = range.end ? prefix + (base ? *range.end : embedded::escaped(*range.end)) : behind_prefix(prefix).value();
  std::string position;
  if (!query.cursor.empty()) {
    position = TRY(position_of(query));
    if (position < first || position >= end) return fail(ErrorCode::invalid, "This cursor is damaged. Start again from the first page.");
    if (query.forward) first = position + '\0';
    else end = position;
  }
  Page page;
  if (first >= end) return page;

  rocksdb::ManagedSnapshot snapshot(database_.get());
  const rocksdb::Slice lower = slice(first), upper = slice(end);
  rocksdb::ReadOptions options;
  options.snapshot = snapshot.snapshot();
  options.iterate_lower_bound = &lower;
  options.iterate_upper_bound = &upper;
  const std::unique_ptr<rocksdb::Iterator> row(database_->NewIterator(options, families_[static_cast<std::size_t>(query.index)]));
  std::size_t bytes = 0;
  const auto full = [&] { return page.items.size() == static_cast<std::size_t>(query.limit) || bytes >= kPageBytes; };
  for (query.forward ? row->SeekToFirst() : row->SeekToLast(); row->Valid() && !full(); query.forward ? row->Next() : row->Prev()) {
    position = row->key().ToString();
    auto item = TRY(item_of(options, query.index, *row));
    if (!item) continue;
    bytes += item_size(*item);
    page.items.push_back(std::move(*item));
  }
  if (!row->status().ok()) return failure(row->status());
  if (row->Valid()) page.cursor = make_cursor(query, position);
  return page;
}

}  // namespace

Result<std::unique_ptr<Table>> open_rocksdb_table(const RocksdbTableOptions& options, Clock& clock, Logger& log) {
  auto table = std::make_unique<RocksdbTable>(options, clock, log);
  TRY(table->open());
  return std::unique_ptr<Table>(std::move(table));
}

}  // namespace satchel
