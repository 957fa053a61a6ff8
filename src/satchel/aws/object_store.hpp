// SPDX-License-Identifier: Apache-2.0
// The ObjectStore ports on Amazon S3, or on an engine that speaks its protocol. Any thread may call; calls wait for the network, are
// tried again until their deadline where that is safe, and never move an object's bytes.
// Sources: Amazon S3 API reference (PutObject, UploadPart, CompleteMultipartUpload, ListParts, HeadObject); AWS Signature Version 4.
#pragma once

#include <memory>
#include <optional>

#include "satchel/aws/content_distribution.hpp"
#include "satchel/aws/s3_client.hpp"
#include "satchel/ports/object_store.hpp"

namespace satchel::aws {

/// Differences from the embedded store: an upload without a checksum (the one-line upload) is bound to its length alone and may be
/// repeated until its URL expires; how an answer under a lease ended is not told; `events` (null: none) tells of new objects. With a `distribution`, downloads are
/// signed for it instead of the bucket: then none of its URLs can be used where a role's session has ended, and files are served from an origin of their own.
/// Error codes beside the port's: internal, where the bucket or the permission is missing (`type` is S3's own code).
std::unique_ptr<ObjectStore> s3_object_store(S3Options options, std::unique_ptr<ObjectEvents> events, Clock& clock, Random& random,
                                             std::optional<ContentDistribution> distribution = {});

}  // namespace satchel::aws
