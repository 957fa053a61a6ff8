// SPDX-License-Identifier: Apache-2.0
// An upload as the table keeps it (keys::upload), and as the API shows it. It is open until its file is visible (done) or it is
// given up (aborted); either happens once, on the condition that it was open. Both kinds of ended uploads are kept for a day, so
// that repeated calls get their answer.
#pragma once

#include <optional>
#include <string>

#include "satchel/functions/naming.hpp"
#include "satchel/ports/object_store.hpp"

namespace satchel {

inline constexpr std::int64_t kMiB = 1024 * 1024;
inline constexpr std::int64_t kLargestSinglePut = 8 * kMiB;                // of the protocol; a one-line upload goes up to 5 GiB
inline constexpr std::int64_t kLargestFile = 5 * 1024 * 1024 * kMiB;       // 5 TiB, as in S3
inline constexpr Duration kUploadLife = std::chrono::hours{24};            // since it was last asked for a signature

inline constexpr std::string_view kOpen = "open", kDone = "done", kAborted = "aborted";

struct Upload {
  UploadId id;
  UserId user;
  SpaceId space;
  EntryId folder;
  std::string name;
  std::int64_t size = 0;
  std::string media;                  // as the client named it; empty: nothing said
  std::optional<Time> modified;       // of the client's file
  std::optional<Checksum> checksum;   // of the whole, where it was known before
  OnConflict conflict = OnConflict::fail;
  bool single = false;                // one PUT; else parts
  std::string store_upload;           // of parts; empty until the first part was signed
  std::string state{kOpen};
  EntryId entry;                      // what a new file will be called; of a done one: the file
  EntryId seen_entry;                 // with "replace": the file that the client wants to replace …
  std::int64_t seen_revision = 0;     // … and the content that it knew
  Time created{};
  Time due{};                         // when it is given up or, ended, forgotten

  ObjectKey key() const;
  std::int64_t part_size() const;
  std::int64_t parts() const;
  /// Bytes of one part; 0 where there is no such part.
  std::int64_t part_length(std::int64_t number) const;
  ChecksumAlgorithm algorithm() const { return checksum ? checksum->algorithm : ChecksumAlgorithm::crc64nvme; }
};

Item to_item(const Upload& upload);
Upload upload_from(const Item& item);
/// The upload whose object this is; empty where the key is none of ours.
UploadId upload_of(std::string_view object_key);

/// One's own upload. Error: not_found.
Result<Upload> my_upload(const Context& context, const TableReader& table, const UploadId& id);
Result<std::optional<Upload>> find_upload(const Call& call, const TableReader& table, const UploadId& id);
std::unexpected<Error> no_such_upload();
std::unexpected<Error> upload_ended();

/// That it is open, and no signature was given out that the reader does not know of.
Condition open_as_read(const Upload& upload);

/// {id, folder, name, size, part_size?, parts?}
Json::Object upload_members(const Upload& upload);
Json signed_json(const SignedRequest& request);
/// {algorithm, value}; empty where the member is absent. Error: invalid.
Result<std::optional<Checksum>> read_checksum(JsonReader& body);
/// Error: invalid, where it is no base64 of the algorithm's length.
Result<Checksum> check_checksum(ChecksumAlgorithm algorithm, std::string value);

/// The PUT of an upload in one piece.
Result<SignedRequest> sign_single(const Call& call, const UploadSigner& signer, const Grant& grant, const Upload& upload);

}  // namespace satchel
