// SPDX-License-Identifier: Apache-2.0
#include "satchel/functions/ending_upload.hpp"

#include "satchel/functions/attempts.hpp"
#include "satchel/functions/domain_event.hpp"
#include "satchel/functions/files.hpp"
#include "satchel/functions/quota.hpp"
#include "satchel/model/name.hpp"

namespace satchel {
namespace {

std::unexpected<Error> folder_gone() {
  return fail(ErrorCode::conflict, "The folder was deleted meanwhile. Start the upload again in another folder.", {}, "folder_gone");
}
std::unexpected<Error> changed_meanwhile() {
  return fail(ErrorCode::conflict, "The file has changed since this upload was started. Start it again to replace it.", {}, "changed_meanwhile");
}

/// Of an upload that is done: its file, as it is now.
Result<Item> file_of(const Call& call, const TableReader& table, const Upload& upload) {
  const auto file = TRY(table.get(call, keys::entry(upload.entry)));
  if (!file) return upload_ended();
  return *file;
}

void describe(Item& meta, const Upload& upload, const ObjectInfo& info, std::int64_t revision, Time now) {
  set_content(meta, upload.key().str(), upload.size, revision);
  meta.set("modified", to_millis(upload.modified.value_or(now)));
  meta.attributes.erase("media");
  if (!upload.media.empty()) meta.set("media", upload.media);
  meta.attributes.erase("sum_algorithm");
  meta.attributes.erase("sum_value");
  if (const auto& checksum = info.checksum ? info.checksum : upload.checksum) {
    meta.set("sum_algorithm", std::string(to_string(checksum->algorithm)));
    meta.set("sum_value", checksum->value);
  }
  meta.set("sha256", info.sha256);
}

/// The file and its place, as operations, and META as it will be.
struct Outcome {
  Item meta;
  Transaction place;
};

Outcome new_file(const Upload& upload, const ObjectInfo& info, const Item& folder, std::string_view name, Time now) {
  Item meta = new_folder(upload.entry, folder, name, now);
  meta.set("kind", std::string("file"));
  describe(meta, upload, info, 1, now);
  return {meta, {Put{meta, Condition::absent()}, Put{directory_entry(meta), Condition::absent()}}};
}

Result<Outcome> next_version(const Call& call, const TableReader& table, const Upload& upload, const ObjectInfo& info, const Item& child) {
  if (child.text("kind") != "file") return name_taken();
  const auto before = TRY(table.get(call, keys::entry(EntryId(child.text("id")))));
  if (!before || before->text("state") != kLive) return moved_on();
  if (before->text("id") != upload.seen_entry.str() || before->number("revision") != upload.seen_revision) return changed_meanwhile();
  Item after = *before;
  describe(after, upload, info, upload.seen_revision + 1, call.now);
  after.set("edit", before->number("edit") + 1);
  return Outcome{after, {Put{after, unchanged(*before)}, Put{directory_entry(after), Condition::equals("id", after.text("id"))}}};
}

Result<Outcome> place(const Call& call, const TableReader& table, const Upload& upload, const ObjectInfo& info, const Item& folder) {
  const auto child = TRY(table.get(call, keys::child(upload.folder, fold_name(upload.name))));
  if (child && upload.conflict == OnConflict::replace) return next_version(call, table, upload, info, *child);
  const std::string name = TRY(settle_name(call, table, upload.folder, upload.name, "file", upload.entry, upload.conflict));
  return new_file(upload, info, folder, name, call.now);
}

Result<Located> open_folder(const Context& context, const TableReader& table, const EntryId& id) {
  auto folder = TRY(locate(context.call, table, std::vector{id}));
  if (!folder[0] || folder[0]->resource.trashed) return folder_gone();
  TRY(decide(context.principal, Action::add, folder[0]->resource, context.call.now));
  return *std::move(folder[0]);
}

Result<Item> commit_once(const Context& context, const TableReader& table, TableWriter& writer, const UploadId& id, const ObjectInfo& info) {
  const auto upload = TRY(find_upload(context.call, table, id));
  if (!upload) return no_such_upload();
  if (upload->state == kAborted) return upload_ended();
  if (upload->state == kDone) return file_of(context.call, table, *upload);
  const Located folder = TRY(open_folder(context, table, upload->folder));
  auto placed = place(context.call, table, *upload, info, folder.meta);
  if (!placed) {
    // The client and the store's event end the same upload: what stands in its place may be its own file.
    const auto again = TRY(find_upload(context.call, table, id));
    if (!again || again->state != upload->state) return moved_on();
    return std::unexpected(placed.error());
  }
  Outcome outcome = *std::move(placed);

  Upload done = *upload;
  done.state = kDone;
  done.entry = EntryId(outcome.meta.text("id"));
  done.due = context.call.now + kUploadLife;
  Transaction transaction = std::move(outcome.place);
  transaction.push_back(Put{to_item(done), Condition::equals("state", std::string(kOpen))});
  transaction.push_back(Put{version_item(outcome.meta, upload->user.str()), Condition::absent()});
  transaction.push_back(Put{blob_item(upload->key().str(), upload->size), Condition::absent()});
  transaction.push_back(check_live(upload->folder));
  auto data = event_data_of(outcome.meta);
  data.insert({{"upload", id.str()}, {"revision", std::to_string(outcome.meta.number("revision"))}, {"size", std::to_string(upload->size)}});
  transaction.push_back(event_operation(context, "upload.completed", outcome.meta.text("id"), std::move(data)));
  const auto written = TRY(writer.write(context.call, transaction));
  if (!written.committed()) return moved_on();
  return outcome.meta;
}

}  // namespace

Result<Item> commit_upload(const Context& context, const TableReader& table, TableWriter& writer, const UploadId& id, const ObjectInfo& info) {
  return attempt(context, [&] { return commit_once(context, table, writer, id, info); });
}

Result<bool> commit_arrived(const Context& context, const TableReader& table, TableWriter& writer, const ObjectAssembler& store, const Upload& upload) {
  const auto info = TRY(store.head(context.call, upload.key()));
  if (!info || static_cast<std::int64_t>(info->size) != upload.size) return false;
  const auto file = commit_upload(context, table, writer, upload.id, *info);
  if (!file && passes_by_itself(file.error())) return std::unexpected(file.error());
  if (!file) context.logger.info("upload.not_committed", {{"upload", upload.id.str()}, {"why", file.error().type}});
  return true;
}

Result<void> give_up(const Context& context, const TableReader& table, TableWriter& writer, const UploadId& id) {
  const auto upload = TRY(find_upload(context.call, table, id));
  if (!upload || upload->state != kOpen) return {};
  Upload aborted = *upload;
  aborted.state = kAborted;
  aborted.due = context.call.now + kUploadLife;
  const auto written = TRY(writer.write(
      context.call, {Put{to_item(aborted), open_as_read(*upload)}, give_room(upload->space, upload->size),
                     event_operation(context, "upload.aborted", id.str(),
                                     {{"space", upload->space.str()}, {"key", upload->key().str()}, {"store_upload", upload->store_upload}})}));
  if (!written.committed()) return moved_on();
  return {};
}

}  // namespace satchel
