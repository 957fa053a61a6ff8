// SPDX-License-Identifier: Apache-2.0
#include "satchel/objects/hasher.hpp"

#include <fmt/format.h>

#include "satchel/base/crc.hpp"
#include "satchel/base/crypto.hpp"
#include "satchel/base/encoding.hpp"

namespace satchel::objects {
namespace {

std::string_view text(std::span<const std::byte> bytes) { return {reinterpret_cast<const char*>(bytes.data()), bytes.size()}; }

Result<void> check(std::optional<Digest>& digest, const std::string& expected, std::string_view which, std::string* keep) {
  if (!digest) {
    if (expected.empty()) return {};
    return fail(ErrorCode::internal, "Something went wrong on our side.", fmt::format("{} expected, but not computed", which));
  }
  const std::string found = digest->finish();
  if (!expected.empty() && expected != found) return wrong_checksum(which);
  if (keep) *keep = found;
  return {};
}

}  // namespace

std::unexpected<Error> wrong_checksum(std::string_view which) {
  return fail(ErrorCode::invalid, fmt::format("The bytes do not have the {} declared. Send them again.", which), {}, "wrong_checksum");
}

Hasher::Hasher(const Digests& digests) {
  if (digests.crc32c) content_.crc32c = 0;
  if (digests.sha256) sha256_ = Digest::sha256();
  if (digests.md5) md5_ = Digest::md5();
}

void Hasher::update(std::span<const std::byte> bytes) {
  content_.size += bytes.size();
  content_.crc64nvme = crc64nvme(text(bytes), content_.crc64nvme);
  if (content_.crc32c) content_.crc32c = crc32c(text(bytes), *content_.crc32c);
  if (sha256_) sha256_->update(bytes);
  if (md5_) md5_->update(bytes);
}

Result<Content> Hasher::finish(const Expected& expected) {
  if (expected.crc64nvme && expected.crc64nvme != content_.crc64nvme) return wrong_checksum("CRC64NVME");
  if (expected.crc32c && !content_.crc32c) {
    return fail(ErrorCode::internal, "Something went wrong on our side.", "CRC32C expected, but not computed");
  }
  if (expected.crc32c && expected.crc32c != content_.crc32c) return wrong_checksum("CRC32C");
  TRY(check(sha256_, expected.sha256, "SHA-256", &content_.sha256));
  TRY(check(md5_, expected.md5, "MD5", nullptr));
  return content_;
}

std::string etag_of(const Content& content) {
  if (!content.sha256.empty()) return to_hex(std::string_view(content.sha256).substr(0, 16)) + "-1";
  return fmt::format("{:016x}{:016x}-1", content.crc64nvme, content.size);
}

std::string etag_of_parts(std::string_view part_etags, std::size_t count) {
  return fmt::format("{}-{}", to_hex(sha256(part_etags).substr(0, 16)), count);
}

}  // namespace satchel::objects
