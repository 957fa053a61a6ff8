// SPDX-License-Identifier: Apache-2.0
// Uploads in parts. A part is a blob; completing writes a manifest and moves no byte.
#include <algorithm>
#include <limits>
#include <utility>

#include "satchel/objects/assembly.hpp"
#include "satchel/objects/engine.hpp"
#include "satchel/objects/hasher.hpp"
#include "satchel/objects/incoming.hpp"

namespace satchel::objects {
namespace {

std::unexpected<Error> ended() { return fail(ErrorCode::not_found, "This upload has ended. Start it again.", {}, "upload_ended"); }

}  // namespace

Result<std::string> Engine::begin_upload(const UploadTerms& terms) {
  TRY(may_begin(terms.key, terms.headers, 0));
  const std::string upload = random_id(*random_);
  const UploadRecord record{terms.key, terms.crc32c, terms.headers, clock_->now() + options_.upload_life};
  Index::Batch batch(*index_);
  batch.put(Family::uploads, upload, encode(record));
  batch.put(Family::due, due_row(record.due, DueKind::upload, upload), "");
  TRY(write(batch));
  return upload;
}

Result<UploadRecord> Engine::find_upload(const ObjectKey& key, const std::string& upload) const {
  // Another form would be none of ours, and could be the beginning of other rows.
  if (!is_random_id(upload)) return ended();
  auto record = TRY(index_->find<UploadRecord>(Family::uploads, upload));
  if (!record || record->key != key) return ended();
  return std::move(*record);
}

Result<std::unique_ptr<Writer>> Engine::begin_part(const PartTerms& terms) {
  if (terms.number < 1 || terms.number > kMostParts) return fail(ErrorCode::invalid, "Parts are numbered from 1 to 10,000.", {}, "part_number");
  TRY(may_begin(terms.key, {}, terms.length));
  const UploadRecord upload = TRY(find_upload(terms.key, terms.upload));
  Digests digests = terms.digests;
  digests.crc32c = digests.crc32c || upload.crc32c;
  auto blob = TRY(blobs_->create(*random_, terms.length));
  return std::make_unique<Incoming>(*this, terms.length, digests, std::move(blob), [this, terms](Arrival& arrival) { return publish_part(terms, arrival); });
}

Result<void> Engine::publish_part(const PartTerms& terms, Arrival& arrival) {
  arrival.content.sha256.clear();  // only checked: the etag follows from the CRC, however the part was sent
  arrival.content.etag = etag_of(arrival.content);
  const std::string row = part_row(terms.upload, terms.number);
  const PartRecord record{{arrival.content, terms.number, clock_->now()}, arrival.blob->id()};
  {
    const std::scoped_lock lock(upload_locks_.of(terms.upload));
    TRY(find_upload(terms.key, terms.upload));
    Index::Batch batch(*index_);
    if (const auto before = TRY(index_->find<PartRecord>(Family::parts, row))) drop_blob(batch, before->body);
    batch.put(Family::blobs, blob_row(record.body), "");
    batch.put(Family::parts, row, encode(record));
    TRY(write(batch, arrival.blob.get()));
  }
  ++count_.parts;
  count_.bytes += record.info.size;
  return {};
}

Result<Manifest> Engine::parts_of(const std::string& upload, int after, int most) const {
  Manifest parts;
  std::optional<Error> damaged;
  if (most <= 0 || after >= kMostParts) return parts;
  TRY(index_->scan(Family::parts, part_row(upload, std::max(after, 0) + 1), [&](std::string_view row, std::string_view value) {
    if (!row.starts_with(upload)) return false;
    auto part = decode<PartRecord>(value);
    if (part) parts.push_back(std::move(*part));
    else damaged = part.error();
    return !damaged && parts.size() < static_cast<std::size_t>(most);
  }));
  if (damaged) return std::unexpected(*damaged);
  return parts;
}

Result<PartPage> Engine::list_parts(const ObjectKey& key, const std::string& upload, int after, int most) {
  PartPage page;
  page.crc32c = TRY(find_upload(key, upload)).crc32c;
  most = std::clamp(most, 0, kMostParts);
  const Manifest parts = TRY(parts_of(upload, after, most + 1));
  for (const PartRecord& part : parts) {
    if (page.parts.size() == static_cast<std::size_t>(most)) {
      page.next = page.parts.empty() ? 0 : page.parts.back().number;
      break;
    }
    page.parts.push_back(part.info);
  }
  return page;
}

void Engine::end_upload(Index::Batch& batch, const std::string& upload, const UploadRecord& record, const Manifest& parts) const {
  batch.remove(Family::uploads, upload);
  batch.remove(Family::due, due_row(record.due, DueKind::upload, upload));
  for (const PartRecord& part : parts) batch.remove(Family::parts, part_row(upload, part.info.number));
}

Result<ObjectInfo> Engine::complete(const Assembly& assembly) {
  const std::string fingerprint = fingerprint_of(assembly);
  const std::scoped_lock upload_lock(upload_locks_.of(assembly.upload));
  if (const auto done = TRY(index_->find<Tombstone>(Family::tombstones, assembly.upload))) {
    if (done->key == assembly.key && done->fingerprint == fingerprint) return done->info;
    return ended();
  }
  const UploadRecord upload = TRY(find_upload(assembly.key, assembly.upload));
  const Manifest held = TRY(parts_of(assembly.upload, 0, kMostParts));
  const Whole whole = TRY(join(assembly, held, upload.crc32c, options_.smallest_part));
  const ObjectRecord record{{whole.content, clock_->now(), upload.headers, static_cast<int>(whole.manifest.size())}, Place::manifest, new_id()};

  Index::Batch batch(*index_);
  end_upload(batch, assembly.upload, upload, held);
  for (const PartRecord& part : held) {
    const bool named = std::ranges::binary_search(whole.manifest, part.info.number, {}, [](const PartRecord& one) { return one.info.number; });
    if (!named) drop_blob(batch, part.body);
  }
  batch.put(Family::manifests, blob_row(record.body), encode(whole.manifest));
  batch.put(Family::tombstones, assembly.upload, encode(Tombstone{assembly.key, fingerprint, record.info}));
  batch.put(Family::due, due_row(record.info.modified + options_.upload_life, DueKind::tombstone, assembly.upload), "");
  {
    const std::scoped_lock key_lock(key_locks_.of(assembly.key.str()));
    TRY(place(batch, assembly.key, record, assembly.only_if_absent));
    TRY(write(batch));
  }
  ++count_.objects;
  wake();
  return record.info;
}

Result<void> Engine::abort(const ObjectKey& key, const std::string& upload) {
  {
    const std::scoped_lock lock(upload_locks_.of(upload));
    const auto record = find_upload(key, upload);
    if (!record && record.error().code == ErrorCode::not_found) return {};
    if (!record) return std::unexpected(record.error());
    const Manifest parts = TRY(parts_of(upload, 0, kMostParts));
    Index::Batch batch(*index_);
    end_upload(batch, upload, *record, parts);
    for (const PartRecord& part : parts) drop_blob(batch, part.body);
    TRY(write(batch));
  }
  wake();
  return {};
}

}  // namespace satchel::objects
