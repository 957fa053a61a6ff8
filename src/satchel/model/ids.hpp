// SPDX-License-Identifier: Apache-2.0
// The opaque ids of Satchel's nouns. All but LinkId and TokenId are random_id()s.
#pragma once

#include "satchel/base/strong.hpp"

namespace satchel {

using UserId = Strong<struct UserIdTag>;
using SpaceId = Strong<struct SpaceIdTag>;
using EntryId = Strong<struct EntryIdTag>;
using VersionId = Strong<struct VersionIdTag>;
using UploadId = Strong<struct UploadIdTag>;
using LeaseId = Strong<struct LeaseIdTag>;
/// base64url(keyed hash of the link's token): names a link in the API without opening it.
using LinkId = Strong<struct LinkIdTag>;
/// base64url(keyed hash of the personal API token).
using TokenId = Strong<struct TokenIdTag>;
/// Where a blob lies in the object store: "blobs/<2 characters>/<upload id>"; never made of a user's file name.
using ObjectKey = Strong<struct ObjectKeyTag>;

}  // namespace satchel
