// SPDX-License-Identifier: Apache-2.0
// The Readers: of a payload at hand, and of bytes in one or many blobs.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "satchel/objects/blob_files.hpp"
#include "satchel/objects/store.hpp"

namespace satchel::objects {

/// A blob's place in the object.
struct Segment {
  BlobId blob;
  std::uint64_t start = 0, size = 0;
};

std::unique_ptr<Reader> inline_reader(const ObjectInfo& info, std::string bytes);
/// `segments` lie one after the other; `blobs` outlives it.
std::unique_ptr<Reader> blob_reader(const ObjectInfo& info, std::vector<Segment> segments, BlobFiles& blobs);

}  // namespace satchel::objects
