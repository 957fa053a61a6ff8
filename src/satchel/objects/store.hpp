// SPDX-License-Identifier: Apache-2.0
// The storage engine of the embedded object store: immutable blobs in files, small objects and all records in RocksDB. It knows
// no protocol; the S3 endpoint and the adapter of the ports stand on it. What was acknowledged is on disk (data, directory
// and log were synced, in this order), what was not is absent or whole.
// Any thread may call, and calls block on the disk: never from an event loop. Writer and Reader belong to one thread at a time.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "satchel/base/clock.hpp"
#include "satchel/base/log.hpp"
#include "satchel/base/random.hpp"
#include "satchel/base/result.hpp"
#include "satchel/model/event.hpp"
#include "satchel/model/ids.hpp"
#include "satchel/net/server.hpp"

namespace rocksdb {
class FileSystem;
}

namespace satchel::objects {

class FileSystem;

/// Header fields that are kept with an object as they came (content-type, x-amz-meta-…); names in lower case, 8 KiB in all.
using Headers = std::vector<std::pair<std::string, std::string>>;

/// What the store knows of bytes that it has written.
struct Content {
  std::uint64_t size = 0;
  std::string etag;                     // opaque: 32 hex digits, a dash, the number of parts; without quotes
  std::uint64_t crc64nvme = 0;          // always
  std::optional<std::uint32_t> crc32c;  // where the client chose CRC32C: then that is "the" checksum of the object
  std::string sha256;                   // 32 bytes; of an object that came whole in one PUT, else empty
  bool operator==(const Content&) const = default;
};

struct ObjectInfo : Content {
  Time modified{};
  Headers headers;
  int parts = 0;  // of a multipart upload; 0: came in one PUT
  bool operator==(const ObjectInfo&) const = default;
};

struct PartInfo : Content {
  int number = 0;
  Time modified{};
  bool operator==(const PartInfo&) const = default;
};

/// What is computed beside CRC64NVME while the bytes pass. An object from one PUT always gets its SHA-256.
struct Digests {
  bool crc32c = false;
  bool sha256 = false;
  bool md5 = false;
};

/// What the client says of the bytes; what is empty is not checked. Each needs its digest to have been asked for at the start.
struct Expected {
  std::optional<std::uint64_t> crc64nvme;
  std::optional<std::uint32_t> crc32c;
  std::string sha256;  // 32 bytes
  std::string md5;     // 16 bytes
};

struct ObjectTerms {
  ObjectKey key;
  std::uint64_t length = 0;     // exact
  bool only_if_absent = false;  // judged at the start, and once more when it is committed
  Digests digests;
  Headers headers;
};

struct PartTerms {
  ObjectKey key;
  std::string upload;
  int number = 0;            // 1 to 10,000
  std::uint64_t length = 0;  // exact
  Digests digests;           // CRC32C comes by itself where the upload was begun with it
};

/// Bytes on their way in. Destroyed without a commit, nothing is left of them.
class Writer {
 public:
  virtual ~Writer() = default;
  /// Errors: invalid (type wrong_length, more than was declared: refused before anything of it is written), unavailable
  /// (type disk_full, or the disk fails). After an error only destruction makes sense.
  virtual Result<void> append(std::span<const std::byte> bytes) = 0;
  /// Once. Returns when everything is on disk. Errors: invalid (wrong_length, wrong_checksum), conflict (type exists),
  /// not_found (type upload_ended), unavailable (disk_full, or whether it was stored is unknown).
  virtual Result<Content> commit(const Expected& expected) = 0;
};

/// An object as it was when it was opened. Slices that were handed out stay readable whatever becomes of the object.
class Reader {
 public:
  virtual ~Reader() = default;
  virtual const ObjectInfo& info() const = 0;
  /// The bytes of a range that lies within the object: of a small object themselves, else slices of open files, one for
  /// each part that the range touches. Errors: invalid (outside), not_found (an object of parts, removed or replaced since it
  /// was opened), unavailable (no descriptor to be had), internal (damage).
  virtual Result<std::variant<std::string, std::vector<net::FileSlice>>> read(std::uint64_t offset, std::uint64_t length) = 0;
};

struct UploadTerms {
  ObjectKey key;
  bool crc32c = false;  // the client's checksums are CRC32C; else CRC64NVME
  Headers headers;      // of the object to be
};

struct PartPage {
  std::vector<PartInfo> parts;  // by number
  int next = 0;                 // 0: there is no more; else pass it as `after`
  bool crc32c = false;          // as the upload was begun
};

/// A part as the client names it; what is empty is not checked.
struct NamedPart {
  int number = 0;
  std::string etag;
  std::optional<std::uint64_t> crc64nvme;
  std::optional<std::uint32_t> crc32c;
};

struct Assembly {
  ObjectKey key;
  std::string upload;
  std::vector<NamedPart> parts;       // by number, each once; parts that are not named are dropped
  std::optional<std::uint64_t> size;  // of the whole
  Expected expected;                  // CRCs of the whole; a CRC32C only where the upload was begun with it
  bool only_if_absent = false;
};

struct StoreOptions {
  std::string folder;                           // made where it is absent; its parent exists
  std::uint64_t inline_limit = 16 * 1024;       // up to it an object lies in the database
  std::uint64_t smallest_part = 5 * 1024 * 1024;  // of all parts but the last
  Duration upload_life = std::chrono::hours{48};  // of a multipart upload from its last part on; longer than whoever began it waits
  std::size_t open_files = 256;                   // kept open between reads
  std::size_t cache_bytes = 8 * 1024 * 1024;      // of the database
  Duration lock_wait{5'000};                      // a process that was just killed may hold the folder's lock for a moment
  bool background = true;                         // a thread of its own calls maintain()
  FileSystem* file_system = nullptr;              // of the blobs; null: the machine's. Tests cut the power in theirs,
  std::shared_ptr<rocksdb::FileSystem> database_file_system;  // and in this one, of the database
};

struct StoreCounters {
  std::uint64_t objects_written = 0, parts_written = 0, bytes_written = 0, objects_removed = 0, blobs_collected = 0,
                uploads_swept = 0, orphans_removed = 0;
};

class Store {
 public:
  /// Opens or makes the store; one process holds a folder at a time. Clock, random and log outlive it; it outlives its writers.
  /// Errors: unavailable (another process holds the folder; the disk), internal (the data is damaged).
  static Result<std::unique_ptr<Store>> open(const StoreOptions& options, Clock& clock, Random& random, Logger& log);
  virtual ~Store() = default;

  // Objects. Keys are 1 to 1,024 bytes of any value.
  /// Errors: invalid (key, headers), conflict (exists), unavailable (disk_full: asked before the first byte).
  virtual Result<std::unique_ptr<Writer>> begin_object(const ObjectTerms& terms) = 0;
  /// Absence is not an error.
  virtual Result<std::optional<ObjectInfo>> head(const ObjectKey& key) = 0;
  virtual Result<std::unique_ptr<Reader>> open_object(const ObjectKey& key) = 0;  // null: it is not there
  /// Idempotent. Works on a full disk.
  virtual Result<void> remove(const ObjectKey& key) = 0;
  /// Keys behind `after` that begin with `prefix`, in byte order, at most `most`.
  virtual Result<std::vector<ObjectKey>> list(std::string_view prefix, std::string_view after, int most) = 0;

  // Multipart uploads. One is bound to its key: another key is not_found (type upload_ended), as is one that has ended.
  virtual Result<std::string> begin_upload(const UploadTerms& terms) = 0;
  /// Of writers of one number the last to commit wins.
  virtual Result<std::unique_ptr<Writer>> begin_part(const PartTerms& terms) = 0;
  virtual Result<PartPage> list_parts(const ObjectKey& key, const std::string& upload, int after, int most) = 0;
  /// Makes the object visible, once; no byte is moved. The same assembly again gives the same answer for upload_life. Errors:
  /// invalid (part_missing, part_order, part_too_small, wrong_size, wrong_checksum), not_found, conflict (exists), unavailable.
  virtual Result<ObjectInfo> complete(const Assembly& assembly) = 0;
  /// Idempotent. Works on a full disk.
  virtual Result<void> abort(const ObjectKey& key, const std::string& upload) = 0;

  // The store's own queue: kObjectCreated for each object, in the write that made it visible; kObjectServed.
  /// The oldest ones; they come again until acknowledged.
  virtual Result<std::vector<Event>> receive(int most) = 0;
  virtual Result<void> acknowledge(const Event& event) = 0;
  /// An answer under a lease has ended after `bytes` of its body; `whole`: that was all of it.
  virtual Result<void> record_served(std::string_view lease, std::uint64_t bytes, bool whole) = 0;

  /// Garbage: blobs whose record is gone, what a crash left in the folders of earlier starts, uploads past their life. With
  /// `background` a thread does so by itself. Idempotent; a crash in the middle costs nothing.
  virtual Result<void> maintain() = 0;
  /// False after a failed sync: nothing more is written until the process starts again; reads go on.
  virtual bool accepts_writes() const = 0;
  virtual StoreCounters counters() const = 0;
};

}  // namespace satchel::objects
