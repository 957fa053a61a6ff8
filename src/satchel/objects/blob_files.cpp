// SPDX-License-Identifier: Apache-2.0
#include "satchel/objects/blob_files.hpp"

#include <set>
#include <utility>

namespace satchel::objects {

Result<void> FolderSync::sync(FileSystem& files, const std::string& path) {
  std::unique_lock lock(mutex_);
  if (!next_) next_ = std::make_shared<Round>();
  const auto round = next_;
  while (!round->done) {
    if (running_) {  // it may have begun before our entry was made
      ended_.wait(lock);
      continue;
    }
    running_ = true;
    next_.reset();
    lock.unlock();
    const auto result = files.sync_folder(path);
    lock.lock();
    running_ = false;
    round->done = true;
    if (!result) round->error = result.error();
    ended_.notify_all();
  }
  if (round->error) return std::unexpected(*round->error);
  return {};
}

Blob::~Blob() {
  file_.reset();
  if (!kept_) files_->discard(id_);
}

Result<void> Blob::sync() {
  TRY(file_->sync());
  const int shard = shard_of(id_);
  return files_->syncs_[static_cast<std::size_t>(shard)].sync(*files_->files_, files_->shard_path(id_.epoch, shard));
}

std::string BlobFiles::shard_path(std::uint64_t epoch, int shard) const {
  return folder_ + "/" + epoch_name(epoch) + "/" + shard_name(shard);
}

/// With the first blob of this start, so that a start without one leaves no folders.
Result<void> BlobFiles::make_folders() {
  const std::scoped_lock lock(folders_mutex_);
  if (folders_made_) return {};
  const std::string epoch = folder_ + "/" + epoch_name(epoch_);
  TRY(files_->make_folder(epoch));
  for (int shard = 0; shard < kShards; ++shard) TRY(files_->make_folder(shard_path(epoch_, shard)));
  TRY(files_->sync_folder(epoch));
  TRY(files_->sync_folder(folder_));
  folders_made_ = true;
  return {};
}

Result<std::unique_ptr<Blob>> BlobFiles::create(Random& random, std::uint64_t length) {
  TRY(make_folders());
  BlobId id{epoch_, {}};
  random.fill(std::as_writable_bytes(std::span(id.number)));
  auto file = TRY(files_->create(path(id), length));
  return std::make_unique<Blob>(*this, id, std::move(file));
}

/// What cannot be removed now is an orphan, which the next start finds.
void BlobFiles::discard(const BlobId& id) {
  discarded_ = true;
  static_cast<void>(files_->remove(path(id)));
}

Result<std::shared_ptr<const int>> BlobFiles::open(const BlobId& id) {
  std::uint64_t removals = 0;
  {
    const std::scoped_lock lock(open_mutex_);
    removals = removals_;
    if (const auto found = places_.find(id); found != places_.end()) {
      open_.splice(open_.begin(), open_, found->second);
      return open_.front().second;
    }
  }
  auto descriptor = TRY(files_->open(path(id)));
  const std::scoped_lock lock(open_mutex_);
  if (most_open_ == 0 || removals != removals_ || places_.contains(id)) return descriptor;
  open_.emplace_front(id, descriptor);
  places_.emplace(id, open_.begin());
  if (open_.size() > most_open_) {
    places_.erase(open_.back().first);
    open_.pop_back();
  }
  return descriptor;
}

void BlobFiles::forget(const BlobId& id) {
  const std::scoped_lock lock(open_mutex_);
  ++removals_;
  if (const auto found = places_.find(id); found != places_.end()) {
    open_.erase(found->second);
    places_.erase(found);
  }
}

Result<void> BlobFiles::remove(const std::vector<BlobId>& ids) {
  std::set<std::pair<std::uint64_t, int>> folders;
  for (const BlobId& id : ids) {
    TRY(files_->remove(path(id)));
    forget(id);
    folders.emplace(id.epoch, shard_of(id));
  }
  for (const auto& [epoch, shard] : folders) {
    const auto synced = files_->sync_folder(shard_path(epoch, shard));
    if (!synced && synced.error().code != ErrorCode::not_found) return std::unexpected(synced.error());
    if (epoch < epoch_) static_cast<void>(files_->remove_folder(shard_path(epoch, shard)));  // refused while it is not empty
  }
  return {};
}

Result<std::vector<std::uint64_t>> BlobFiles::epochs() const {
  std::vector<std::uint64_t> epochs;
  for (const std::string& name : TRY(files_->list(folder_))) {
    if (const auto epoch = epoch_of_name(name)) epochs.push_back(*epoch);
  }
  return epochs;
}

Result<std::vector<BlobId>> BlobFiles::list(std::uint64_t epoch, int shard) const {
  std::vector<BlobId> blobs;
  const auto names = files_->list(shard_path(epoch, shard));
  if (!names && names.error().code == ErrorCode::not_found) return blobs;
  if (!names) return std::unexpected(names.error());
  for (const std::string& name : *names) {
    if (const auto id = blob_of_name(epoch, name)) blobs.push_back(*id);
  }
  return blobs;
}

void BlobFiles::drop_empty_folders(std::uint64_t epoch) {
  for (int shard = 0; shard < kShards; ++shard) static_cast<void>(files_->remove_folder(shard_path(epoch, shard)));
  static_cast<void>(files_->remove_folder(folder_ + "/" + epoch_name(epoch)));
}

}  // namespace satchel::objects
