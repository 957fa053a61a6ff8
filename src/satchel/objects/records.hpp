// SPDX-License-Identifier: Apache-2.0
// What lies in the store's database, and as which bytes; docs/architecture.md names this file as the format's description.
// Every value begins with 01, the version. Numbers are LEB128, texts their length and bytes. Pure; any thread may call.
#pragma once

#include <array>
#include <compare>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "satchel/objects/store.hpp"

namespace satchel::objects {

/// Names one immutable body of bytes: the start of the process that wrote it, and 128 random bits.
struct BlobId {
  std::uint64_t epoch = 0;
  std::array<unsigned char, 16> number{};
  auto operator<=>(const BlobId&) const = default;
};

enum class Place : unsigned char {
  inlined = 0,   // in the family "inline"
  file = 1,      // one blob
  manifest = 2,  // the blobs that the manifest of this id names
};

struct ObjectRecord {
  ObjectInfo info;
  Place place = Place::inlined;
  BlobId body;
};

/// A part as it was uploaded, and as an entry of a manifest. Its blob is always a file.
struct PartRecord {
  PartInfo info;
  BlobId body;
};

struct UploadRecord {
  ObjectKey key;
  bool crc32c = false;
  Headers headers;
  Time due{};  // after it the upload is swept
};

/// What is left of a completed upload for a while, so that the same call gets the same answer.
struct Tombstone {
  ObjectKey key;
  std::string fingerprint;  // of the assembly
  ObjectInfo info;
};

using Manifest = std::vector<PartRecord>;

std::string encode(const ObjectRecord& record);
std::string encode(const PartRecord& record);
std::string encode(const UploadRecord& record);
std::string encode(const Tombstone& tombstone);
std::string encode(const Manifest& manifest);
std::string encode(const Event& event);

/// Error: internal, for bytes that encode() never made.
template <class Record>
Result<Record> decode(std::string_view bytes);
template <> Result<ObjectRecord> decode(std::string_view bytes);
template <> Result<PartRecord> decode(std::string_view bytes);
template <> Result<UploadRecord> decode(std::string_view bytes);
template <> Result<Tombstone> decode(std::string_view bytes);
template <> Result<Manifest> decode(std::string_view bytes);
template <> Result<Event> decode(std::string_view bytes);

// Keys. Numbers in them are big-endian, so that byte order is theirs.

std::string blob_row(const BlobId& id);                        // families inline, manifests, blobs, garbage
std::optional<BlobId> blob_of_row(std::string_view row);
std::string object_row(std::string_view key);                  // bucket number (there is one, 1), then the key's bytes
std::string part_row(std::string_view upload, int number);     // upload id (22 characters), number
enum class DueKind : char { upload = 'u', tombstone = 't' };
std::string due_row(Time due, DueKind kind, std::string_view upload);
struct Due {
  Time time{};
  DueKind kind = DueKind::upload;
  std::string upload;
};
std::optional<Due> due_of_row(std::string_view row);
std::string number_text(std::uint64_t number);     // 8 bytes
std::uint64_t number_of(std::string_view text);

/// A blob's file, below the folder of all blobs: "<epoch, 16 hex>/<shard, 2 hex>/<number, 32 hex>".
inline constexpr int kShards = 64;
std::string epoch_name(std::uint64_t epoch);
std::string shard_name(int shard);
int shard_of(const BlobId& id);
std::string file_name(const BlobId& id);
std::optional<std::uint64_t> epoch_of_name(std::string_view name);
std::optional<BlobId> blob_of_name(std::uint64_t epoch, std::string_view name);

}  // namespace satchel::objects
