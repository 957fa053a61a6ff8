// SPDX-License-Identifier: Apache-2.0
// All that is computed of bytes on their one way in. One thread at a time.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>

#include "satchel/base/digest.hpp"
#include "satchel/objects/store.hpp"

namespace satchel::objects {

class Hasher {
 public:
  explicit Hasher(const Digests& digests);
  void update(std::span<const std::byte> bytes);
  std::uint64_t size() const { return content_.size; }

  /// Once, at the end: what the bytes are, without an etag. Error: invalid (wrong_checksum), where they are not what was
  /// expected; internal, where something is expected that was not asked for.
  Result<Content> finish(const Expected& expected);

 private:
  Content content_;
  std::optional<Digest> sha256_, md5_;
};

/// The etag of an object from one PUT, and of a part: it follows from the bytes, so that what is sent twice has one etag.
std::string etag_of(const Content& content);
/// Of an object made of parts, by their etags.
std::string etag_of_parts(std::string_view part_etags, std::size_t count);

std::unexpected<Error> wrong_checksum(std::string_view which);

}  // namespace satchel::objects
