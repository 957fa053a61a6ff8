// SPDX-License-Identifier: Apache-2.0
// The object store as capabilities: who may sign an upload cannot remove an object. Bytes never pass through here; they go
// between the client and the store under what is signed. Objects are immutable and never overwritten. Any thread may call.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "satchel/base/result.hpp"
#include "satchel/model/access.hpp"
#include "satchel/model/event.hpp"
#include "satchel/model/ids.hpp"
#include "satchel/ports/call.hpp"

namespace satchel {

enum class ChecksumAlgorithm { crc64nvme, crc32c };

struct Checksum {
  ChecksumAlgorithm algorithm = ChecksumAlgorithm::crc64nvme;
  std::string value;  // base64 of the big-endian number, as S3 writes it
  bool operator==(const Checksum&) const = default;
};

/// What a client sends as it stands: URL and the headers that are part of the signature.
struct SignedRequest {
  std::string method;
  std::string url;  // absolute
  std::vector<std::pair<std::string, std::string>> headers;
  Time expires{};   // after it the store refuses to start
};

/// The whole object in one PUT, or one part of many. Length and checksum are bound by the signature, and so is "not if it exists".
struct UploadTerms {
  ObjectKey key;
  std::uint64_t length = 0;
  std::optional<Checksum> checksum;  // only the one-line upload has none
  Duration lifetime{900'000};
};
struct PartTerms {
  ObjectKey key;
  std::string store_upload;  // from begin()
  int number = 0;            // 1 to 10,000
  std::uint64_t length = 0;
  std::optional<Checksum> checksum;
  Duration lifetime{900'000};
};

/// Signing calls nobody and cannot fail but for a missing key (internal). The grant is for Action::add.
class UploadSigner {
 public:
  virtual ~UploadSigner() = default;
  virtual Result<SignedRequest> sign_upload(const Call& call, const Grant& grant, const UploadTerms& terms) const = 0;
  virtual Result<SignedRequest> sign_part(const Call& call, const Grant& grant, const PartTerms& terms) const = 0;
};

struct DownloadTerms {
  ObjectKey key;
  std::string file_name;     // for Content-Disposition
  std::string content_type;  // from our own allowlist
  bool inline_view = false;  // else attachment
  std::string lease;         // of a limited link: the store reports when the answer ended
  Duration lifetime{60'000};
};

class DownloadSigner {
 public:
  virtual ~DownloadSigner() = default;
  /// The grant is for Action::read; the embedded store checks its ticket again before bytes leave.
  virtual Result<SignedRequest> sign_download(const Call& call, const Grant& grant, const DownloadTerms& terms) const = 0;
};

struct ObjectInfo {
  std::uint64_t size = 0;
  std::string etag;
  std::optional<Checksum> checksum;     // of the full object
  std::string sha256;                   // hex, where the store computed it; else empty
};

struct PartInfo {
  int number = 0;
  std::uint64_t size = 0;
  std::string etag;
  std::optional<Checksum> checksum;
};
struct PartPage {
  std::vector<PartInfo> parts;  // by number
  int next = 0;                 // 0: there is no more; else pass it as `after`
};

struct Assembly {
  ObjectKey key;
  std::string store_upload;
  std::vector<PartInfo> parts;  // number, etag and checksum; numbered from 1 without gaps
  std::uint64_t size = 0;       // of the whole; refused where the parts sum to another
  std::optional<Checksum> checksum;
};

class ObjectAssembler {
 public:
  virtual ~ObjectAssembler() = default;
  /// Opens a multipart upload; its id. Not idempotent: one that is never completed is swept by the store after its time.
  virtual Result<std::string> begin(const Call& call, const ObjectKey& key, ChecksumAlgorithm algorithm) = 0;
  /// The parts that the store holds, by number. Error: not_found (ended or never begun).
  virtual Result<PartPage> list_parts(const Call& call, const ObjectKey& key, const std::string& store_upload, int after = 0) const = 0;
  /// Makes the object visible, once; the same call again gives the same answer. Errors: invalid (a part is missing or another,
  /// wrong size or checksum), not_found, conflict (the key is taken by other bytes).
  virtual Result<ObjectInfo> complete(const Call& call, const Assembly& assembly) = 0;
  /// Idempotent.
  virtual Result<void> abort(const Call& call, const ObjectKey& key, const std::string& store_upload) = 0;
  /// Absence is not an error.
  virtual Result<std::optional<ObjectInfo>> head(const Call& call, const ObjectKey& key) const = 0;
};

class ObjectRemover {
 public:
  virtual ~ObjectRemover() = default;
  /// Idempotent: removing what is not there succeeds.
  virtual Result<void> remove(const Call& call, const ObjectKey& key) = 0;
};

/// The store's own queue of kObjectCreated and kObjectServed; at least once, in no order.
class ObjectEvents {
 public:
  virtual ~ObjectEvents() = default;
  /// The oldest ones; they come again until acknowledged.
  virtual Result<std::vector<Event>> receive(const Call& call, int most) = 0;
  virtual Result<void> acknowledge(const Call& call, const Event& event) = 0;
};

/// The store under all its capabilities: what an adapter is and what apps/ holds. No function sees it.
class ObjectStore : public UploadSigner, public DownloadSigner, public ObjectAssembler, public ObjectRemover, public ObjectEvents {};

std::string_view to_string(ChecksumAlgorithm algorithm);  // "crc64nvme", "crc32c"
std::optional<ChecksumAlgorithm> checksum_algorithm(std::string_view text);

}  // namespace satchel
