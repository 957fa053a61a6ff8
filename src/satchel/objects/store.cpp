// SPDX-License-Identifier: Apache-2.0
#include "satchel/objects/store.hpp"

#include <filesystem>
#include <utility>

#include "satchel/objects/engine.hpp"

namespace satchel::objects {

Result<std::unique_ptr<Store>> Store::open(const StoreOptions& options, Clock& clock, Random& random, Logger& log) {
  auto engine = std::make_unique<Engine>(options, clock, random, log);
  TRY(engine->open());
  return std::unique_ptr<Store>(std::move(engine));
}

Result<void> Engine::open() {
  const std::filesystem::path above = std::filesystem::path(options_.folder).parent_path();
  TRY(files_->make_folder(options_.folder));
  TRY(files_->sync_folder(above.empty() ? "." : above.string()));
  TRY(files_->make_folder(options_.folder + "/blobs"));
  TRY(files_->sync_folder(options_.folder));
  index_ = TRY(Index::open({options_.folder + "/index", options_.cache_bytes, options_.lock_wait, options_.database_file_system}, *clock_, *random_, *log_));
  const auto before = TRY(index_->get(Family::meta, "epoch"));
  epoch_ = (before ? number_of(*before) : 0) + 1;
  Index::Batch batch(*index_);
  batch.put(Family::meta, "epoch", number_text(epoch_));
  TRY(index_->write(batch));
  blobs_ = std::make_unique<BlobFiles>(*files_, options_.folder + "/blobs", epoch_, options_.open_files);
  if (options_.background) thread_ = std::thread([this] { run(); });
  return {};
}

Engine::~Engine() {
  {
    const std::scoped_lock lock(wake_mutex_);
    stopping_ = true;
  }
  wake_.notify_all();
  if (thread_.joinable()) thread_.join();
  // So that the next start need not look for what this one left.
  if (blobs_ && orphans_removed_ && !leftovers_ && !blobs_->discarded_any()) static_cast<void>(mark_scanned(epoch_));
}

void Engine::announce(Index::Batch& batch, std::string_view type, std::string_view subject,
                      std::map<std::string, std::string, std::less<>> data) const {
  const Time now = clock_->now();
  const Event event{ulid(now, *random_), std::string(type), now, "system", std::string(subject), std::move(data)};
  batch.put(Family::events, event.id, encode(event));
}

Result<std::vector<Event>> Engine::receive(int most) {
  std::vector<Event> events;
  Index::Batch unreadable(*index_);
  if (most <= 0) return events;
  TRY(index_->scan(Family::events, "", [&](std::string_view row, std::string_view value) {
    if (auto event = decode<Event>(value)) {
      events.push_back(std::move(*event));
    } else {
      // It would stop all that come behind it; the sweeps find what it stood for.
      log_->error("objects.event_unreadable", {{"detail", std::string_view(event.error().detail)}});
      unreadable.remove(Family::events, row);
    }
    return events.size() < static_cast<std::size_t>(most);
  }));
  if (!unreadable.empty()) TRY(index_->write(unreadable, Index::Sync::no));
  return events;
}

/// Unsynced: after a power cut it comes again, as it may at any time.
Result<void> Engine::acknowledge(const Event& event) {
  Index::Batch batch(*index_);
  batch.remove(Family::events, event.id);
  return index_->write(batch, Index::Sync::no);
}

Result<void> Engine::record_served(std::string_view lease, std::uint64_t bytes, bool whole) {
  Index::Batch batch(*index_);
  announce(batch, kObjectServed, lease, {{"bytes", std::to_string(bytes)}, {"whole", whole ? "1" : "0"}});
  return index_->write(batch);
}

StoreCounters Engine::counters() const {
  return {count_.objects, count_.parts, count_.bytes, count_.removed, count_.collected, count_.swept, count_.orphans};
}

}  // namespace satchel::objects
