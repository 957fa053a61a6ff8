// SPDX-License-Identifier: Apache-2.0
// The ObjectStore ports on Amazon S3, or on an engine that speaks its protocol. Any thread may call; calls wait for the network, are
// tried again until their deadline where that is safe, and never move an object's bytes.
// Sources: Amazon S3 API reference (PutObject, UploadPart, CompleteMultipartUpload, ListParts, HeadObject); AWS Signature Version 4.
#pragma once

#include <memory>

#include "satchel/aws/s3_client.hpp"
#include "satchel/ports/object_store.hpp"

namespace satchel::aws {

/// Differences from the embedded store: an upload without a checksum (the one-line upload) is bound to its length alone and may be
/// repeated until its URL expires; how an answer under a lease ended is not told; `events` (null: none) tells of new objects. With
/// `downloads` (aws/cloudfront_signer.hpp), files are served from a distribution, an origin of their own, instead of the bucket.
/// Error codes beside the port's: internal, where the bucket or the permission is missing (`type` is S3's own code).
std::unique_ptr<ObjectStore> s3_object_store(S3Options options, std::unique_ptr<ObjectEvents> events, Clock& clock, Random& random,
                                             std::unique_ptr<DownloadSigner> downloads = nullptr);

}  // namespace satchel::aws
