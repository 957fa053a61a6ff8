// SPDX-License-Identifier: Apache-2.0
// The one implementation of Store, in files by subject: store.cpp (open, queue), object_operations.cpp, multipart.cpp,
// maintenance.cpp. Nobody else includes this.
//
// The order in which a write becomes lasting: the blob's bytes, the entry in its folder, the record in the database's log; then
// it is acknowledged. A lock of the key, or of the upload and then of the key, is held from reading the old record until the new
// one is written.
#pragma once

#include <atomic>
#include <condition_variable>
#include <functional>
#include <memory>
#include <mutex>
#include <thread>

#include "satchel/objects/blob_files.hpp"
#include "satchel/objects/index.hpp"
#include "satchel/objects/key_locks.hpp"
#include "satchel/objects/store.hpp"

namespace satchel::objects {

inline constexpr int kMostParts = 10'000;  // of one upload, as S3 has it

class Engine final : public Store {
 public:
  Engine(const StoreOptions& options, Clock& clock, Random& random, Logger& log)
      : options_(options), clock_(&clock), random_(&random), log_(&log), files_(options.file_system ? options.file_system : &posix_file_system()) {}
  ~Engine() override;
  Result<void> open();

  Result<std::unique_ptr<Writer>> begin_object(const ObjectTerms& terms) override;
  Result<std::optional<ObjectInfo>> head(const ObjectKey& key) override;
  Result<std::unique_ptr<Reader>> open_object(const ObjectKey& key) override;
  Result<void> remove(const ObjectKey& key) override;
  Result<std::vector<ObjectKey>> list(std::string_view prefix, std::string_view after, int most) override;

  Result<std::string> begin_upload(const UploadTerms& terms) override;
  Result<std::unique_ptr<Writer>> begin_part(const PartTerms& terms) override;
  Result<PartPage> list_parts(const ObjectKey& key, const std::string& upload, int after, int most) override;
  Result<ObjectInfo> complete(const Assembly& assembly) override;
  Result<void> abort(const ObjectKey& key, const std::string& upload) override;

  Result<std::vector<Event>> receive(int most) override;
  Result<void> acknowledge(const Event& event) override;
  Result<void> record_served(std::string_view lease, std::uint64_t bytes, bool whole) override;

  Result<void> maintain() override;
  bool accepts_writes() const override { return index_->accepts_writes(); }
  StoreCounters counters() const override;

 private:
  /// Bytes that have come in and were verified: in a blob that is on disk, or at hand.
  struct Arrival {
    Content content;
    std::unique_ptr<Blob> blob;  // null: `payload` is all of it
    std::string payload;
  };
  using Publish = std::move_only_function<Result<void>(Arrival&)>;
  class Incoming;
  struct Count {
    std::atomic<std::uint64_t> objects{0}, parts{0}, bytes{0}, removed{0}, collected{0}, swept{0}, orphans{0};
  };

  // Objects.
  Result<void> may_begin(const ObjectKey& key, const Headers& headers, std::uint64_t length) const;
  Result<void> publish_object(const ObjectTerms& terms, Arrival& arrival);
  Result<void> place(Index::Batch& batch, const ObjectKey& key, const ObjectRecord& record, bool only_if_absent);
  Result<void> drop_body(Index::Batch& batch, const ObjectRecord& record) const;
  static void drop_blob(Index::Batch& batch, const BlobId& blob);
  Result<std::unique_ptr<Reader>> reader_of(const ObjectRecord& record);
  /// Writes a batch whose record needs `blob`, if there is one.
  Result<void> write(Index::Batch& batch, Blob* blob = nullptr);
  BlobId new_id() const;

  // Multipart uploads.
  Result<UploadRecord> find_upload(const ObjectKey& key, const std::string& upload) const;
  Result<void> publish_part(const PartTerms& terms, Arrival& arrival);
  Result<Manifest> parts_of(const std::string& upload, int after, int most) const;
  Result<bool> lives_on(const std::string& upload, const ObjectKey& key);
  void end_upload(Index::Batch& batch, const std::string& upload, const UploadRecord& record, const Manifest& parts) const;

  // Events.
  void announce(Index::Batch& batch, std::string_view type, std::string_view subject, std::map<std::string, std::string, std::less<>> data) const;

  // Maintenance.
  void run();
  void wake();
  Result<void> collect_garbage();
  Result<void> remove_orphans();
  Result<void> remove_orphans_of(std::uint64_t epoch);
  Result<void> sweep();
  Result<void> mark_scanned(std::uint64_t epoch);

  StoreOptions options_;
  Clock* clock_;
  Random* random_;
  Logger* log_;
  FileSystem* files_;
  std::unique_ptr<Index> index_;
  std::unique_ptr<BlobFiles> blobs_;
  std::uint64_t epoch_ = 0;
  KeyLocks key_locks_, upload_locks_;
  Count count_;
  std::atomic<bool> leftovers_ = false;  // this start may leave files that no record needs

  std::mutex maintenance_mutex_;  // one maintain() at a time
  bool orphans_removed_ = false;  // under it
  std::mutex wake_mutex_;
  std::condition_variable wake_;
  bool work_ = false, stopping_ = false;  // under wake_mutex_
  std::thread thread_;                    // last: it uses all of the above
};

}  // namespace satchel::objects
