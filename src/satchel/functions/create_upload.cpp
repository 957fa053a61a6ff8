// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <set>

#include "satchel/base/crc.hpp"
#include "satchel/base/crypto.hpp"
#include "satchel/base/encoding.hpp"
#include "satchel/functions/attempts.hpp"
#include "satchel/functions/makers.hpp"
#include "satchel/functions/new_uploads.hpp"
#include "satchel/functions/request_reading.hpp"
#include "satchel/model/name.hpp"

namespace satchel {
namespace {

constexpr std::size_t kMostFiles = 90;
constexpr std::size_t kLongestMedia = 255, kLongestClientKey = 255;
constexpr Duration kAnswerLife = std::chrono::hours{24};

std::unexpected<Error> in_file(std::size_t index, const Error& error) {
  return fail(error.code, fmt::format("files[{}]: {}", index, error.message), error.detail, error.type);
}

bool is_media(std::string_view text) {
  return text.size() <= kLongestMedia && std::ranges::all_of(text, [](char c) { return c >= 0x20 && c < 0x7F; });
}

Result<Upload> read_file(JsonReader& file) {
  Upload upload;
  upload.folder = EntryId(TRY(file.text("folder")));
  upload.name = TRY(check_name(TRY(file.text("name"))));
  upload.size = TRY(file.number("size"));
  upload.media = TRY(file.optional_text("type")).value_or("");
  upload.modified = TRY(file.optional_time("modified"));
  upload.checksum = TRY(read_checksum(file));
  upload.conflict = TRY(read_conflict(file, /*may_replace=*/true));
  TRY(file.finish());
  if (upload.size < 0) return fail(ErrorCode::invalid, "The size is below 0.");
  if (upload.size > kLargestFile) return fail(ErrorCode::too_large, "The file is larger than 5 TiB. Split it.");
  if (!is_media(upload.media)) return fail(ErrorCode::invalid, "The type is no media type. Leave it out or send one such as image/png.");
  // What is empty has a known checksum, whoever asks.
  if (upload.size == 0 && !upload.checksum) upload.checksum = Checksum{ChecksumAlgorithm::crc64nvme, checksum_text(crc64nvme(""))};
  upload.single = upload.size <= kLargestSinglePut && upload.checksum.has_value();
  return upload;
}

Result<std::vector<Upload>> read_files(const Request& request) {
  auto body = TRY(JsonReader::parse(request.body));
  auto files = TRY(body.objects("files"));
  TRY(body.finish());
  if (files.empty() || files.size() > kMostFiles) return fail(ErrorCode::invalid, "Send 1 to 90 files at a time.");
  std::vector<Upload> uploads;
  for (std::size_t i = 0; i < files.size(); ++i) {
    auto upload = read_file(files[i]);
    if (!upload) return in_file(i, upload.error());
    uploads.push_back(*std::move(upload));
  }
  return uploads;
}

std::int64_t total_of(const std::vector<Upload>& uploads) {
  std::int64_t total = 0;
  for (const Upload& upload : uploads) total += upload.size;
  return total;
}

class CreateUpload final : public Function {
 public:
  CreateUpload(const TableReader& table, TableWriter writer, const UploadSigner& signer)
      : table_(table), writer_(std::move(writer)), signer_(signer) {}

  Result<Response> handle(const Context& context, const Request& request) override {
    const User& user = TRY(person(context))->user;
    auto uploads = TRY(read_files(request));
    const std::string client_key(request.header("idempotency-key"));
    if (client_key.size() > kLongestClientKey) return fail(ErrorCode::invalid, "The Idempotency-Key is longer than 255 bytes. Shorten it.");
    complete_records(context, user, uploads);
    std::vector<std::size_t> conflicts;
    const auto opened = attempt(context, [&] { return open(context, client_key, request.body, uploads, conflicts); });
    if (!conflicts.empty()) return answer_conflicts(context, conflicts, opened.error());
    if (!opened) return answer_refusal(context, table_, user.space, total_of(uploads), opened.error());
    return answer(context, *opened);
  }

 private:
  using Grants = std::map<EntryId, Grant>;

  static void complete_records(const Context& context, const User& user, std::vector<Upload>& uploads) {
    for (Upload& upload : uploads) {
      upload.id = UploadId(random_id(context.random));
      upload.entry = EntryId(random_id(context.random));
      upload.user = user.id;
      upload.space = user.space;
      upload.created = context.call.now;
      upload.due = context.call.now + kUploadLife;
    }
  }

  /// The uploads that are open now: these, or those of an earlier call with the same key.
  Result<std::vector<Upload>> open(const Context& context, const std::string& client_key, const std::string& body,
                                   std::vector<Upload> uploads, std::vector<std::size_t>& conflicts) {
    conflicts.clear();
    Transaction record;
    if (!client_key.empty()) {
      const Key key = keys::idempotency(uploads.front().user, client_key);
      const auto earlier = TRY(table_.get(context.call, key));
      if (earlier && from_millis(earlier->number("expires")) > context.call.now) return recall(context.call, *earlier, body);
      record.push_back(Put{record_of(key, context.call.now, body, uploads),
                           earlier ? Condition::equals("expires", earlier->number("expires")) : Condition::absent()});
    }
    TRY(check_folders(context, uploads));
    TRY(check_names(context.call, uploads, conflicts));
    TRY(write_uploads(context, table_, writer_, uploads, std::move(record)));
    return uploads;
  }

  static Item record_of(const Key& key, Time now, const std::string& body, const std::vector<Upload>& uploads) {
    Item item{key, {}};
    std::string ids;
    for (const Upload& upload : uploads) ids += upload.id.str();
    item.set("uploads", ids);
    item.set("body", to_hex(sha256(body)));
    item.set("expires", to_millis(now + kAnswerLife));
    item.set(kTimeToLive, to_millis(now + kAnswerLife) / 1000);
    keys::index_due(item, now + kAnswerLife);
    return item;
  }

  Result<std::vector<Upload>> recall(const Call& call, const Item& record, const std::string& body) const {
    if (record.text("body") != to_hex(sha256(body))) {
      return fail(ErrorCode::invalid, "This Idempotency-Key was used for another request. Choose a new one.", {}, "idempotency_key_reused");
    }
    constexpr std::size_t kIdLength = 22;
    const std::string ids = record.text("uploads");
    std::vector<Key> keys;
    for (std::size_t at = 0; at < ids.size(); at += kIdLength) keys.push_back(keys::upload(UploadId(ids.substr(at, kIdLength))));
    std::vector<Upload> uploads;
    const auto items = TRY(table_.batch_get(call, keys));
    for (const auto& item : items) {
      if (!item) return upload_ended();
      uploads.push_back(upload_from(*item));
    }
    return uploads;
  }

  Result<Grants> check_folders(const Context& context, const std::vector<Upload>& uploads) const {
    std::vector<EntryId> ids;
    for (const Upload& upload : uploads) {
      if (std::ranges::find(ids, upload.folder) == ids.end()) ids.push_back(upload.folder);
    }
    for (const EntryId& id : ids) {
      if (!is_random_id(id.str())) return no_such_entry();
    }
    const auto folders = TRY(locate(context.call, table_, ids));
    Grants grants;
    for (std::size_t i = 0; i < ids.size(); ++i) {
      if (!folders[i]) return no_such_entry();
      grants.emplace(ids[i], TRY(decide(context.principal, Action::add, folders[i]->resource, context.call.now)));
      if (!folders[i]->is_folder()) return fail(ErrorCode::invalid, "This is a file. Name a folder.", {}, "not_a_folder");
    }
    return grants;
  }

  /// Fills in what "replace" will replace; finds the names that are taken, by the folder or by an earlier file of the batch.
  Result<void> check_names(const Call& call, std::vector<Upload>& uploads, std::vector<std::size_t>& conflicts) const {
    std::vector<Key> keys;
    std::set<Key> asked;
    for (const Upload& upload : uploads) {
      const Key key = keys::child(upload.folder, fold_name(upload.name));
      if (asked.insert(key).second) keys.push_back(key);
    }
    std::map<Key, Item> taken;
    const auto children = TRY(table_.batch_get(call, keys));
    for (std::size_t i = 0; i < keys.size(); ++i) {
      if (children[i]) taken.emplace(keys[i], *children[i]);
    }
    std::set<Key> ours;
    for (std::size_t i = 0; i < uploads.size(); ++i) {
      const Key key = keys::child(uploads[i].folder, fold_name(uploads[i].name));
      const auto child = taken.find(key);
      if (!ours.insert(key).second && uploads[i].conflict != OnConflict::rename) conflicts.push_back(i);
      else if (child != taken.end() && !may_replace(child->second, uploads[i])) conflicts.push_back(i);
    }
    if (!conflicts.empty()) return name_taken();
    return {};
  }

  static bool may_replace(const Item& child, Upload& upload) {
    if (upload.conflict == OnConflict::rename) return true;
    if (upload.conflict == OnConflict::fail || child.text("kind") != "file") return false;
    upload.seen_entry = EntryId(child.text("id"));
    upload.seen_revision = child.number("revision");
    return true;
  }

  static Response answer_conflicts(const Context& context, const std::vector<std::size_t>& conflicts, const Error& error) {
    Json indexes = Json::array();
    for (const std::size_t index : conflicts) indexes.push(static_cast<std::int64_t>(index));
    return problem(error, context.request_id, {{"conflicts", indexes}});
  }

  Result<Response> answer(const Context& context, const std::vector<Upload>& uploads) const {
    const Grants grants = TRY(check_folders(context, uploads));
    Json list = Json::array();
    for (const Upload& upload : uploads) {
      auto members = upload_members(upload);
      if (upload.single && upload.state == kOpen) {
        members.emplace_back("put", signed_json(TRY(sign_single(context.call, signer_, grants.at(upload.folder), upload))));
      }
      list.push(members);
    }
    return Response::json(Json::object({{"uploads", list}}), 201);
  }

  const TableReader& table_;
  TableWriter writer_;
  const UploadSigner& signer_;
};

}  // namespace

make::Made make::create_upload(const Wiring& wiring) {
  return std::make_unique<CreateUpload>(wiring.reader(), wiring.writer(), wiring.upload_signer());
}

}  // namespace satchel
