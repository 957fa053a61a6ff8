// SPDX-License-Identifier: Apache-2.0
// Objects that come in one piece; what is read and removed, of whatever origin.
#include <algorithm>
#include <utility>

#include "satchel/base/crc.hpp"
#include "satchel/objects/engine.hpp"
#include "satchel/objects/hasher.hpp"
#include "satchel/objects/incoming.hpp"
#include "satchel/objects/reader.hpp"

namespace satchel::objects {
namespace {

constexpr std::size_t kLongestKey = 1024;
constexpr std::size_t kLongestHeaders = 8 * 1024;
// Uploads leave so much of the disk for what makes room again; more than what makes a database give up its reserve.
constexpr std::uint64_t kKeptFree = 24 * 1024 * 1024;
// The SHA-256 that people are shown costs more than all else that is done with a byte, so larger files have it only where the sender declares it;
// what comes in parts has none either.
constexpr std::uint64_t kHashedUpTo = 64 * 1024 * 1024;

std::unexpected<Error> exists() {
  return fail(ErrorCode::conflict, "There is another object in this place already.", {}, "exists");
}

std::string checksum_of(const Content& content) {
  return content.crc32c ? checksum_text(*content.crc32c) : checksum_text(content.crc64nvme);
}

}  // namespace

Result<void> Engine::may_begin(const ObjectKey& key, const Headers& headers, std::uint64_t length) const {
  if (key.empty() || key.str().size() > kLongestKey) return fail(ErrorCode::invalid, "A key has 1 to 1,024 bytes.", {}, "key_length");
  std::size_t size = 0;
  for (const auto& [name, value] : headers) size += name.size() + value.size();
  if (size > kLongestHeaders) return fail(ErrorCode::invalid, "The metadata is too large: 8 KiB in all.", {}, "metadata_too_large");
  TRY(index_->ready());
  const std::uint64_t room = blobs_->free_bytes();
  if (room >= kKeptFree && room - kKeptFree >= length) return {};
  return fail(ErrorCode::unavailable, "The server's disk is full, so nothing new can be stored. Free some space and try again.",
              "not begun", std::string(kDiskFull));
}

BlobId Engine::new_id() const {
  BlobId id{epoch_, {}};
  random_->fill(std::as_writable_bytes(std::span(id.number)));
  return id;
}

Result<std::unique_ptr<Writer>> Engine::begin_object(const ObjectTerms& terms) {
  TRY(may_begin(terms.key, terms.headers, terms.length));
  if (terms.only_if_absent && TRY(index_->get(Family::objects, object_row(terms.key.str())))) return exists();
  Digests digests = terms.digests;
  digests.sha256 = digests.sha256 || terms.length <= kHashedUpTo;
  std::unique_ptr<Blob> blob;
  if (terms.length > options_.inline_limit) blob = TRY(blobs_->create(*random_, terms.length));
  return std::make_unique<Incoming>(*this, terms.length, digests, std::move(blob), [this, terms](Arrival& arrival) { return publish_object(terms, arrival); });
}

Result<void> Engine::publish_object(const ObjectTerms& terms, Arrival& arrival) {
  arrival.content.etag = etag_of(arrival.content);
  Index::Batch batch(*index_);
  const ObjectRecord record{{arrival.content, clock_->now(), terms.headers, 0}, arrival.blob ? Place::file : Place::inlined,
                            arrival.blob ? arrival.blob->id() : new_id()};
  if (arrival.blob) batch.put(Family::blobs, blob_row(record.body), "");
  else batch.put(Family::inlined, blob_row(record.body), arrival.payload);
  const std::scoped_lock lock(key_locks_.of(terms.key.str()));
  TRY(place(batch, terms.key, record, terms.only_if_absent));
  TRY(write(batch, arrival.blob.get()));
  ++count_.objects;
  count_.bytes += record.info.size;
  return {};
}

/// Adds the record, its event and what becomes of an object that it replaces. Under the key's lock.
Result<void> Engine::place(Index::Batch& batch, const ObjectKey& key, const ObjectRecord& record, bool only_if_absent) {
  const std::string row = object_row(key.str());
  const auto before = TRY(index_->find<ObjectRecord>(Family::objects, row));
  if (before && only_if_absent) return exists();
  if (before) TRY(drop_body(batch, *before));
  batch.put(Family::objects, row, encode(record));
  announce(batch, kObjectCreated, key.str(),
           {{"size", std::to_string(record.info.size)}, {"checksum", checksum_of(record.info)}, {"algorithm", record.info.crc32c ? "crc32c" : "crc64nvme"}});
  return {};
}

Result<void> Engine::write(Index::Batch& batch, Blob* blob) {
  TRY(index_->ready());
  // Whatever the outcome: a write that failed may still be found in the log after the next start.
  if (blob) blob->keep();
  const auto written = index_->write(batch);
  if (!written) leftovers_ = true;
  return written;
}

void Engine::drop_blob(Index::Batch& batch, const BlobId& blob) {
  batch.remove(Family::blobs, blob_row(blob));
  batch.put(Family::garbage, blob_row(blob), "");
}

Result<void> Engine::drop_body(Index::Batch& batch, const ObjectRecord& record) const {
  const std::string row = blob_row(record.body);
  switch (record.place) {
    case Place::inlined: batch.remove(Family::inlined, row); return {};
    case Place::file: drop_blob(batch, record.body); return {};
    case Place::manifest: break;
  }
  const auto manifest = TRY(index_->find<Manifest>(Family::manifests, row));
  for (const PartRecord& part : manifest.value_or(Manifest{})) drop_blob(batch, part.body);
  batch.remove(Family::manifests, row);
  return {};
}

Result<std::optional<ObjectInfo>> Engine::head(const ObjectKey& key) {
  auto record = TRY(index_->find<ObjectRecord>(Family::objects, object_row(key.str())));
  if (!record) return std::nullopt;
  return std::optional(std::move(record->info));
}

Result<std::unique_ptr<Reader>> Engine::reader_of(const ObjectRecord& record) {
  const std::string row = blob_row(record.body);
  if (record.place == Place::inlined) {
    auto bytes = TRY(index_->get(Family::inlined, row));
    if (!bytes) return fail(ErrorCode::not_found, "It is not there any more.", "payload");
    return inline_reader(record.info, std::move(*bytes));
  }
  if (record.place == Place::file) {
    TRY(blobs_->open(record.body));  // so that it is kept open, and removal from now on does not matter
    return blob_reader(record.info, {{record.body, 0, record.info.size}}, *blobs_);
  }
  const auto manifest = TRY(index_->find<Manifest>(Family::manifests, row));
  if (!manifest) return fail(ErrorCode::not_found, "It is not there any more.", "manifest");
  std::vector<Segment> segments;
  for (const PartRecord& part : *manifest) {
    segments.push_back({part.body, segments.empty() ? 0 : segments.back().start + segments.back().size, part.info.size});
  }
  return blob_reader(record.info, std::move(segments), *blobs_);
}

Result<std::unique_ptr<Reader>> Engine::open_object(const ObjectKey& key) {
  std::optional<ObjectRecord> tried;
  for (;;) {
    const auto record = TRY(index_->find<ObjectRecord>(Family::objects, object_row(key.str())));
    if (!record) return std::unique_ptr<Reader>();
    auto reader = reader_of(*record);
    if (reader || reader.error().code != ErrorCode::not_found) return reader;
    // Replaced or removed between two look-ups: look again. The same record without its bytes is damage.
    if (tried && tried->body == record->body) {
      return fail(ErrorCode::internal, "The server's data is damaged in one place. Tell its administrator.", "no bytes: " + file_name(record->body));
    }
    tried = *record;
  }
}

Result<void> Engine::remove(const ObjectKey& key) {
  const std::string row = object_row(key.str());
  {
    const std::scoped_lock lock(key_locks_.of(key.str()));
    const auto record = TRY(index_->find<ObjectRecord>(Family::objects, row));
    if (!record) return {};
    Index::Batch batch(*index_);
    TRY(drop_body(batch, *record));
    batch.remove(Family::objects, row);
    TRY(write(batch));
  }
  ++count_.removed;
  wake();
  return {};
}

Result<std::vector<ObjectKey>> Engine::list(std::string_view prefix, std::string_view after, int most) {
  const std::string first = object_row(std::max(prefix, after)), wanted = object_row(prefix), passed = object_row(after);
  std::vector<ObjectKey> keys;
  if (most <= 0) return keys;
  TRY(index_->scan(Family::objects, first, [&](std::string_view row, std::string_view) {
    if (!row.starts_with(wanted)) return false;
    if (after.empty() || row > passed) keys.emplace_back(std::string(row.substr(4)));
    return keys.size() < static_cast<std::size_t>(most);
  }));
  return keys;
}

}  // namespace satchel::objects
