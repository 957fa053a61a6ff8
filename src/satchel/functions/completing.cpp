// SPDX-License-Identifier: Apache-2.0
#include "satchel/functions/completing.hpp"

#include <fmt/format.h>

#include "satchel/functions/attempts.hpp"
#include "satchel/functions/ending_upload.hpp"

namespace satchel {
namespace {

std::unexpected<Error> not_uploaded() {
  return fail(ErrorCode::invalid, "Its bytes have not arrived yet. Send them, then complete the upload.", {}, "not_uploaded");
}
std::unexpected<Error> wrong_checksum() {
  return fail(ErrorCode::invalid, "The bytes that arrived have another checksum than the file. Send the file again.", {}, "wrong_checksum");
}
std::unexpected<Error> part_missing(std::size_t number) {
  return fail(ErrorCode::invalid, fmt::format("Part {} is missing or another. Send it again.", number), {}, "part_missing");
}

/// All parts that the store has, which must be those of the upload.
Result<std::vector<PartInfo>> parts_of(const Call& call, const ObjectAssembler& store, const Upload& upload) {
  std::vector<PartInfo> parts;
  int after = 0;
  do {
    PartPage page = TRY(store.list_parts(call, upload.key(), upload.store_upload, after));
    parts.insert(parts.end(), page.parts.begin(), page.parts.end());
    after = page.next;
  } while (after > 0);
  for (std::size_t i = 0; i < parts.size(); ++i) {
    const auto number = static_cast<std::int64_t>(i) + 1;
    if (parts[i].number != number || static_cast<std::int64_t>(parts[i].size) != upload.part_length(number)) return part_missing(i + 1);
  }
  if (static_cast<std::int64_t>(parts.size()) != upload.parts()) return part_missing(parts.size() + 1);
  return parts;
}

Result<void> compare_parts(const std::vector<PartInfo>& present, const std::vector<SentPart>& sent) {
  for (const SentPart& part : sent) {
    const bool known = part.number >= 1 && part.number <= static_cast<std::int64_t>(present.size());
    if (!known) return fail(ErrorCode::invalid, fmt::format("This upload has the parts 1 to {}.", present.size()), {}, "no_such_part");
    const auto& checksum = present[static_cast<std::size_t>(part.number) - 1].checksum;
    if (checksum && checksum->value != part.checksum) return part_missing(static_cast<std::size_t>(part.number));
  }
  return {};
}

Result<ObjectInfo> assemble(const Call& call, ObjectAssembler& store, const Upload& upload, const Sent& sent) {
  const auto parts = TRY(parts_of(call, store, upload));
  if (sent.parts) TRY(compare_parts(parts, *sent.parts));
  return store.complete(call, {.key = upload.key(), .store_upload = upload.store_upload, .parts = parts,
                               .size = static_cast<std::uint64_t>(upload.size), .checksum = sent.checksum ? sent.checksum : upload.checksum});
}

/// The object as the store has it, put together now or before.
Result<ObjectInfo> object_of(const Call& call, ObjectAssembler& store, const Upload& upload, const Sent& sent) {
  if (!upload.single && !upload.store_upload.empty()) {
    auto made = assemble(call, store, upload, sent);
    if (made || made.error().code != ErrorCode::not_found) return made;
  }
  // A single PUT; or parts that a call before this one, whose answer was lost, has put together.
  const auto info = TRY(store.head(call, upload.key()));
  if (!info) return not_uploaded();
  return *info;
}

bool agrees(const std::optional<Checksum>& declared, const std::optional<Checksum>& stored) {
  return !declared || !stored || declared->algorithm != stored->algorithm || declared->value == stored->value;
}

Result<Item> complete_once(const Context& context, const TableReader& table, TableWriter& writer, ObjectAssembler& store, const Sent& sent) {
  const Upload upload = TRY(my_upload(context, table, sent.id));
  ObjectInfo info;
  if (upload.state == kOpen) {
    info = TRY(object_of(context.call, store, upload, sent));
    if (static_cast<std::int64_t>(info.size) != upload.size) return not_uploaded();
    if (!agrees(upload.checksum, info.checksum) || !agrees(sent.checksum, info.checksum)) return wrong_checksum();
  }
  return commit_upload(context, table, writer, upload.id, info);
}

}  // namespace

Result<Sent> read_sent(JsonReader& body, UploadId id) {
  Sent sent{.id = std::move(id), .checksum = {}, .parts = {}};
  sent.checksum = TRY(read_checksum(body));
  if (!body.has("parts")) return sent;
  auto list = TRY(body.objects("parts"));
  sent.parts.emplace();
  for (JsonReader& part : list) {
    const std::int64_t number = TRY(part.number("number"));
    sent.parts->push_back({number, TRY(part.text("checksum"))});
    TRY(part.finish());
  }
  return sent;
}

Result<Item> complete(const Context& context, const TableReader& table, TableWriter& writer, ObjectAssembler& store, const Sent& sent) {
  return attempt(context, [&] { return complete_once(context, table, writer, store, sent); });
}

}  // namespace satchel
