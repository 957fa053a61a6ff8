// SPDX-License-Identifier: Apache-2.0
// The object store in memory: the reference reading of its ports, for tests and demonstrations. Nothing outlives the process.
// Beside the ports it plays the client's side: bytes that are sent and fetched under a signed request. Any thread may call.
#pragma once

#include <limits>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "satchel/base/clock.hpp"
#include "satchel/base/random.hpp"
#include "satchel/ports/object_store.hpp"

namespace satchel {

/// What a client sees: statuses as the S3 endpoint gives them (200, 400, 403, 404, 412).
struct ClientAnswer {
  int status = 0;
  std::string etag;
  std::string body;
  std::vector<std::pair<std::string, std::string>> headers;
};

class MemoryObjectStore : public ObjectStore {
 public:
  /// Sends bytes under a request of sign_upload() or sign_part(). 403: changed or expired; 400: another length or checksum than
  /// was signed; 412: the object exists; 404: the multipart upload has ended.
  virtual ClientAnswer put(const SignedRequest& request, std::string_view bytes) = 0;
  /// Fetches under a request of sign_download(); `most` bytes, after which the client goes away.
  virtual ClientAnswer get(const SignedRequest& request, std::uint64_t most = std::numeric_limits<std::uint64_t>::max()) = 0;

  /// What a test's invariants look at; no port has these.
  virtual std::vector<ObjectKey> objects() const = 0;
  virtual std::size_t open_uploads() const = 0;
};

struct MemoryObjectStoreOptions {
  std::uint64_t smallest_part = 5 * 1024 * 1024;  // of all parts but the last, as in S3; tests of functions take 1
};

std::unique_ptr<MemoryObjectStore> memory_object_store(Clock& clock, Random& random, const MemoryObjectStoreOptions& options = {});

}  // namespace satchel
