// SPDX-License-Identifier: Apache-2.0
#include "satchel/functions/uploads.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "satchel/base/encoding.hpp"

namespace satchel {
namespace {

constexpr std::int64_t kSmallestPart = 8 * kMiB;
constexpr std::int64_t kAimedParts = 9000;  // of the 10,000 that S3 takes
constexpr std::string_view kBlobs = "blobs/";
constexpr std::size_t kIdLength = 22;

}  // namespace

ObjectKey Upload::key() const { return ObjectKey(fmt::format("{}{}/{}", kBlobs, id.str().substr(0, 2), id.str())); }

std::int64_t Upload::part_size() const {
  const std::int64_t least = (size + kAimedParts - 1) / kAimedParts;
  return std::max(kSmallestPart, (least + kMiB - 1) / kMiB * kMiB);
}
std::int64_t Upload::parts() const { return std::max<std::int64_t>(1, (size + part_size() - 1) / part_size()); }
std::int64_t Upload::part_length(std::int64_t number) const {
  if (number < 1 || number > parts()) return 0;
  return std::min(part_size(), size - (number - 1) * part_size());
}

Item to_item(const Upload& upload) {
  Item item{keys::upload(upload.id), {}};
  item.set("id", upload.id.str());
  item.set("user", upload.user.str());
  item.set("space", upload.space.str());
  item.set("folder", upload.folder.str());
  item.set("name", upload.name);
  item.set("size", upload.size);
  if (!upload.media.empty()) item.set("media", upload.media);
  if (upload.modified) item.set("modified", to_millis(*upload.modified));
  if (upload.checksum) {
    item.set("sum_algorithm", std::string(to_string(upload.checksum->algorithm)));
    item.set("sum_value", upload.checksum->value);
  }
  item.set("conflict", std::string(to_string(upload.conflict)));
  item.set("single", upload.single);
  item.set("store_upload", upload.store_upload);
  item.set("state", upload.state);
  item.set("entry", upload.entry.str());
  item.set("seen_entry", upload.seen_entry.str());
  item.set("seen_revision", upload.seen_revision);
  item.set("created", to_millis(upload.created));
  item.set("due", to_millis(upload.due));
  if (upload.state == kOpen) keys::index_mine(item, upload.user, keys::kMyUploads, upload.created);
  keys::index_due(item, upload.due);
  return item;
}

Upload upload_from(const Item& item) {
  Upload upload{.id = UploadId(item.text("id")),
                .user = UserId(item.text("user")),
                .space = SpaceId(item.text("space")),
                .folder = EntryId(item.text("folder")),
                .name = item.text("name"),
                .size = item.number("size"),
                .media = item.text("media"),
                .conflict = conflict_from(item.text("conflict")),
                .single = item.flag("single"),
                .store_upload = item.text("store_upload"),
                .state = item.text("state"),
                .entry = EntryId(item.text("entry")),
                .seen_entry = EntryId(item.text("seen_entry")),
                .seen_revision = item.number("seen_revision"),
                .created = from_millis(item.number("created")),
                .due = from_millis(item.number("due"))};
  if (item.has("modified")) upload.modified = from_millis(item.number("modified"));
  const auto algorithm = checksum_algorithm(item.text("sum_algorithm"));
  if (algorithm) upload.checksum = Checksum{*algorithm, item.text("sum_value")};
  return upload;
}

UploadId upload_of(std::string_view object_key) {
  const std::size_t slash = object_key.rfind('/');
  if (!object_key.starts_with(kBlobs) || slash == std::string_view::npos) return {};
  const std::string_view id = object_key.substr(slash + 1);
  const Upload upload{.id = UploadId(std::string(id))};
  return id.size() == kIdLength && upload.key().str() == object_key ? upload.id : UploadId();
}

Result<std::optional<Upload>> find_upload(const Call& call, const TableReader& table, const UploadId& id) {
  const auto item = TRY(table.get(call, keys::upload(id)));
  return item ? std::optional(upload_from(*item)) : std::nullopt;
}

Result<Upload> my_upload(const Context& context, const TableReader& table, const UploadId& id) {
  if (!is_random_id(id.str())) return no_such_upload();
  const auto upload = TRY(find_upload(context.call, table, id));
  const auto* who = std::get_if<SignedIn>(&context.principal);
  if (!upload || !who || who->user.id != upload->user) return no_such_upload();
  return *upload;
}

std::unexpected<Error> no_such_upload() { return fail(ErrorCode::not_found, "There is no such upload. Start it again."); }
std::unexpected<Error> upload_ended() {
  return fail(ErrorCode::gone, "This upload was given up or took too long. Start it again.", {}, "upload_ended");
}

Condition open_as_read(const Upload& upload) {
  return Condition::equals("state", std::string(kOpen)).and_equals("store_upload", upload.store_upload);
}

Json::Object upload_members(const Upload& upload) {
  Json::Object members{{"id", upload.id.str()}, {"folder", upload.folder.str()}, {"name", upload.name}, {"size", upload.size}};
  if (!upload.single) {
    members.emplace_back("part_size", upload.part_size());
    members.emplace_back("parts", upload.parts());
  }
  return members;
}

Json signed_json(const SignedRequest& request) {
  Json headers = Json::object();
  for (const auto& [name, value] : request.headers) headers.set(name, value);
  return Json::object({{"method", request.method}, {"url", request.url}, {"headers", headers}, {"expires", request.expires}});
}

Result<Checksum> check_checksum(ChecksumAlgorithm algorithm, std::string value) {
  const std::size_t length = algorithm == ChecksumAlgorithm::crc64nvme ? 8 : 4;
  const auto bytes = from_base64(value);
  if (!bytes || bytes->size() != length) {
    return fail(ErrorCode::invalid, fmt::format("The checksum is no {}: send base64 of its {} bytes.", to_string(algorithm), length));
  }
  return Checksum{algorithm, std::move(value)};
}

Result<std::optional<Checksum>> read_checksum(JsonReader& body) {
  auto given = TRY(body.optional_object("checksum"));
  if (!given) return std::optional<Checksum>();
  const auto algorithm = checksum_algorithm(TRY(given->text("algorithm")));
  std::string value = TRY(given->text("value"));
  TRY(given->finish());
  if (!algorithm) return fail(ErrorCode::invalid, "The checksum's algorithm must be 'crc64nvme' or 'crc32c'.");
  return std::optional(TRY(check_checksum(*algorithm, std::move(value))));
}

Result<SignedRequest> sign_single(const Call& call, const UploadSigner& signer, const Grant& grant, const Upload& upload) {
  return signer.sign_upload(call, grant, {.key = upload.key(), .length = static_cast<std::uint64_t>(upload.size), .checksum = upload.checksum});
}

}  // namespace satchel
