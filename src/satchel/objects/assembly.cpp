// SPDX-License-Identifier: Apache-2.0
#include "satchel/objects/assembly.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "satchel/base/crc.hpp"
#include "satchel/base/crypto.hpp"
#include "satchel/objects/hasher.hpp"

namespace satchel::objects {
namespace {

bool is_named(const PartInfo& held, const NamedPart& named) {
  return (named.etag.empty() || named.etag == held.etag) && (!named.crc64nvme || named.crc64nvme == held.crc64nvme) &&
         (!named.crc32c || named.crc32c == held.crc32c);
}

/// The named parts among those held.
Result<Manifest> choose(const Assembly& assembly, const Manifest& held) {
  Manifest chosen;
  for (const NamedPart& named : assembly.parts) {
    if (!chosen.empty() && named.number <= chosen.back().info.number) {
      return fail(ErrorCode::invalid, "The parts are not in order. List them by number, each once.", {}, "part_order");
    }
    const auto found = std::ranges::lower_bound(held, named.number, {}, [](const PartRecord& part) { return part.info.number; });
    if (found == held.end() || found->info.number != named.number || !is_named(found->info, named)) {
      return fail(ErrorCode::invalid, fmt::format("Part {} is missing or another. Send it again.", named.number), {}, "part_missing");
    }
    chosen.push_back(*found);
  }
  return chosen;
}

void append(Content& whole, const Content& part) {
  whole.size += part.size;
  whole.crc64nvme = crc64nvme_combine(whole.crc64nvme, part.crc64nvme, part.size);
  if (whole.crc32c) whole.crc32c = crc32c_combine(*whole.crc32c, part.crc32c.value_or(0), part.size);
}

}  // namespace

Result<Whole> join(const Assembly& assembly, const Manifest& held, bool crc32c, std::uint64_t smallest_part) {
  auto chosen = TRY(choose(assembly, held));
  Whole whole{{}, std::move(chosen)};
  if (whole.manifest.empty()) return fail(ErrorCode::invalid, "An upload is completed with at least one part.", {}, "part_missing");
  if (crc32c) whole.content.crc32c = 0;
  std::string etags;
  for (const PartRecord& part : whole.manifest) {
    if (part.info.size < smallest_part && &part != &whole.manifest.back()) {
      return fail(ErrorCode::invalid, fmt::format("Part {} is too small: all but the last have at least {} bytes.", part.info.number, smallest_part), {},
                  "part_too_small");
    }
    append(whole.content, part.info);
    etags += part.info.etag;
  }
  whole.content.etag = etag_of_parts(etags, whole.manifest.size());
  if (assembly.size && assembly.size != whole.content.size) {
    return fail(ErrorCode::invalid, "The parts do not have the size declared.", {}, "wrong_size");
  }
  const Expected& expected = assembly.expected;
  if (expected.crc64nvme && expected.crc64nvme != whole.content.crc64nvme) return wrong_checksum("CRC64NVME");
  if (expected.crc32c && expected.crc32c != whole.content.crc32c) return wrong_checksum("CRC32C");
  if (!expected.sha256.empty() || !expected.md5.empty()) {
    return fail(ErrorCode::invalid, "Of an upload in parts only a CRC of the whole can be checked.", {}, "wrong_checksum");
  }
  return whole;
}

std::string fingerprint_of(const Assembly& assembly) {
  const auto number = [](const auto& value) { return value ? fmt::format("{:x}", *value) : std::string("-"); };
  std::string text = fmt::format("{} {} {}\n", number(assembly.size), number(assembly.expected.crc64nvme), number(assembly.expected.crc32c));
  for (const NamedPart& part : assembly.parts) {
    text += fmt::format("{} {} {} {}\n", part.number, part.etag, number(part.crc64nvme), number(part.crc32c));
  }
  return sha256(text);
}

}  // namespace satchel::objects
