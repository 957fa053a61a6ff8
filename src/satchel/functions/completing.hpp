// SPDX-License-Identifier: Apache-2.0
// From "the bytes are sent" to a visible file: what completing one upload and a batch of them have in common.
#pragma once

#include "satchel/functions/uploads.hpp"

namespace satchel {

struct SentPart {
  std::int64_t number = 0;
  std::string checksum;
};

/// What the client says of what it has sent; what it leaves out is not compared.
struct Sent {
  UploadId id;
  std::optional<Checksum> checksum;
  std::optional<std::vector<SentPart>> parts;
};
/// The members checksum and parts. Error: invalid.
Result<Sent> read_sent(JsonReader& body, UploadId id);

/// Has the store put the object together where it came in parts, compares, and commits. Idempotent. The file's META. Errors: those of
/// commit_upload(); invalid (not_uploaded, part_missing, wrong_size, wrong_checksum).
Result<Item> complete(const Context& context, const TableReader& table, TableWriter& writer, ObjectAssembler& store, const Sent& sent);

}  // namespace satchel
