// SPDX-License-Identifier: Apache-2.0
#include "satchel/functions/registry.hpp"

#include <iterator>

#include "satchel/functions/makers.hpp"

namespace satchel {
namespace {

using enum Family;
using enum Port;

constexpr std::string_view kRead = "files:read", kWrite = "files:write", kLinks = "links:write", kAccount = "account";

std::vector<Row> entry_rows() {
  return {
      {.name = "get_me", .trigger = Route{"GET", "/api/v1/me"}, .scope = kRead, .group = "entries",
       .ports = {table_reader}, .make = make::get_me},
      {.name = "change_me", .trigger = Route{"PATCH", "/api/v1/me"}, .scope = kAccount, .group = "account",
       .ports = {table_reader}, .writes = {user, outbox}, .make = make::change_me},
      {.name = "list_folder", .trigger = Route{"GET", "/api/v1/folders/{id}/entries"}, .scope = kRead, .group = "entries",
       .ports = {table_reader}, .make = make::list_folder},
      {.name = "get_entry", .trigger = Route{"GET", "/api/v1/entries/{id}"}, .scope = kRead, .group = "entries",
       .ports = {table_reader}, .make = make::get_entry},
      {.name = "resolve_path", .trigger = Route{"GET", "/api/v1/resolve"}, .scope = kRead, .group = "entries",
       .ports = {table_reader}, .make = make::resolve_path},
      {.name = "create_folder", .trigger = Route{"POST", "/api/v1/folders"}, .scope = kWrite, .group = "entries",
       .ports = {table_reader}, .writes = {node, outbox}, .make = make::create_folder},
      {.name = "change_entry", .trigger = Route{"PATCH", "/api/v1/entries/{id}"}, .scope = kWrite, .group = "entries",
       .ports = {table_reader}, .writes = {node, space, outbox}, .make = make::change_entry},
      {.name = "copy_entry", .trigger = Route{"POST", "/api/v1/entries/{id}/copy"}, .scope = kWrite, .group = "entries",
       .ports = {table_reader}, .writes = {node, space, blob, outbox}, .make = make::copy_entry},
  };
}

std::vector<Row> trash_rows() {
  return {
      {.name = "list_trash", .trigger = Route{"GET", "/api/v1/trash"}, .scope = kRead, .group = "trash",
       .ports = {table_reader}, .make = make::list_trash},
      {.name = "trash_entry", .trigger = Route{"DELETE", "/api/v1/entries/{id}"}, .scope = kWrite, .group = "trash",
       .ports = {table_reader}, .writes = {node, space, outbox}, .make = make::trash_entry},
      {.name = "restore_entry", .trigger = Route{"POST", "/api/v1/entries/{id}/restore"}, .scope = kWrite, .group = "trash",
       .ports = {table_reader}, .writes = {node, space, outbox}, .make = make::restore_entry},
      {.name = "purge_entry", .trigger = Route{"DELETE", "/api/v1/trash/{id}"}, .scope = kWrite, .group = "trash",
       .ports = {table_reader}, .writes = {node, space, blob, outbox}, .make = make::purge_entry},
      {.name = "empty_trash", .trigger = Route{"DELETE", "/api/v1/trash"}, .scope = kWrite, .group = "trash",
       .ports = {table_reader}, .writes = {node, space, blob, outbox}, .make = make::empty_trash},
  };
}

std::vector<Row> upload_rows() {
  return {
      {.name = "create_upload", .trigger = Route{"POST", "/api/v1/uploads"}, .scope = kWrite, .group = "uploads",
       .ports = {table_reader, upload_signer}, .writes = {space, upload, idempotency, outbox},
       .body_limit = 512 * 1024, .make = make::create_upload},
      {.name = "list_uploads", .trigger = Route{"GET", "/api/v1/uploads"}, .scope = kWrite, .group = "uploads",
       .ports = {table_reader}, .make = make::list_uploads},
      {.name = "get_upload", .trigger = Route{"GET", "/api/v1/uploads/{id}"}, .scope = kWrite, .group = "uploads",
       .ports = {table_reader, object_assembler}, .make = make::get_upload},
      {.name = "abort_upload", .trigger = Route{"DELETE", "/api/v1/uploads/{id}"}, .scope = kWrite, .group = "uploads",
       .ports = {table_reader}, .writes = {space, upload, outbox}, .make = make::abort_upload},
      {.name = "sign_parts", .trigger = Route{"POST", "/api/v1/uploads/{id}/parts"}, .scope = kWrite, .group = "uploads",
       .ports = {table_reader, upload_signer, object_assembler}, .writes = {upload}, .make = make::sign_parts},
      {.name = "sign_put", .trigger = Route{"POST", "/api/v1/uploads/{id}/put"}, .scope = kWrite, .group = "uploads",
       .ports = {table_reader, upload_signer}, .make = make::sign_put},
      {.name = "complete_upload", .trigger = Route{"POST", "/api/v1/uploads/{id}/complete"}, .scope = kWrite, .group = "uploads",
       .ports = {table_reader, object_assembler}, .writes = {node, upload, blob, outbox},
       .body_limit = 1024 * 1024, .timeout = Duration{30'000}, .make = make::complete_upload},
      {.name = "complete_uploads", .trigger = Route{"POST", "/api/v1/uploads/complete"}, .scope = kWrite, .group = "uploads",
       .ports = {table_reader, object_assembler}, .writes = {node, upload, blob, outbox},
       .body_limit = 2 * 1024 * 1024, .timeout = Duration{30'000}, .make = make::complete_uploads},
      {.name = "put_file", .trigger = Route{"PUT", "/api/v1/put/{name}"}, .scope = kWrite, .group = "uploads",
       .ports = {table_reader, upload_signer}, .writes = {space, upload, outbox}, .body_limit = 0, .make = make::put_file},
      {.name = "create_download", .trigger = Route{"POST", "/api/v1/downloads"}, .scope = kRead, .group = "downloads",
       .ports = {table_reader, download_signer}, .make = make::create_download},
      {.name = "get_content", .trigger = Route{"GET", "/api/v1/entries/{id}/content"}, .scope = kRead, .group = "downloads",
       .ports = {table_reader, download_signer}, .make = make::get_content},
  };
}

std::vector<Row> link_rows() {
  return {
      {.name = "create_link", .trigger = Route{"POST", "/api/v1/links"}, .scope = kLinks, .group = "links",
       .ports = {table_reader, vault, password_hasher}, .writes = {node, link, outbox}, .make = make::create_link},
      {.name = "list_links", .trigger = Route{"GET", "/api/v1/links"}, .scope = kLinks, .group = "links",
       .ports = {table_reader, vault}, .make = make::list_links},
      {.name = "list_entry_links", .trigger = Route{"GET", "/api/v1/entries/{id}/links"}, .scope = kLinks, .group = "links",
       .ports = {table_reader, vault}, .make = make::list_entry_links},
      {.name = "get_link", .trigger = Route{"GET", "/api/v1/links/{id}"}, .scope = kLinks, .group = "links",
       .ports = {table_reader, vault}, .make = make::get_link},
      {.name = "change_link", .trigger = Route{"PATCH", "/api/v1/links/{id}"}, .scope = kLinks, .group = "links",
       .ports = {table_reader, vault, password_hasher}, .writes = {node, link, outbox}, .make = make::change_link},
      {.name = "revoke_link", .trigger = Route{"DELETE", "/api/v1/links/{id}"}, .scope = kLinks, .group = "links",
       .ports = {table_reader}, .writes = {node, link, outbox}, .make = make::revoke_link},
  };
}

/// For whoever holds a link's token; the functions judge it themselves.
std::vector<Row> public_rows() {
  return {
      {.name = "open_link", .trigger = Route{"GET", "/api/v1/public/links/{token}"}, .access = Access::open, .group = "public",
       .ports = {table_reader, vault}, .make = make::open_link},
      {.name = "unlock_link", .trigger = Route{"POST", "/api/v1/public/links/{token}/unlock"}, .access = Access::open, .group = "public",
       .ports = {table_reader, vault, password_hasher}, .writes = {link, rate, outbox}, .body_limit = 8 * 1024, .make = make::unlock_link},
      {.name = "list_link_folder", .trigger = Route{"GET", "/api/v1/public/links/{token}/entries"}, .access = Access::open, .group = "public",
       .ports = {table_reader, vault}, .make = make::list_link_folder},
      {.name = "download_link", .trigger = Route{"POST", "/api/v1/public/links/{token}/downloads"}, .access = Access::open, .group = "public",
       .ports = {table_reader, vault, download_signer}, .writes = {link, lease, outbox}, .body_limit = 8 * 1024, .make = make::download_link},
      {.name = "link_file", .trigger = Route{"GET", "/s/{token}/file"}, .access = Access::open, .group = "public",
       .ports = {table_reader, vault, download_signer}, .make = make::link_file},
      {.name = "link_file_post", .trigger = Route{"POST", "/s/{token}/file"}, .access = Access::open, .group = "public",
       .ports = {table_reader, vault, download_signer}, .writes = {link, lease, outbox}, .body_limit = 8 * 1024, .make = make::link_file_post},
  };
}

std::vector<Row> people_rows() {
  return {
      {.name = "list_tokens", .trigger = Route{"GET", "/api/v1/tokens"}, .scope = kAccount, .group = "account",
       .ports = {table_reader}, .make = make::list_tokens},
      // A token that could make tokens would outlive its own end.
      {.name = "create_token", .trigger = Route{"POST", "/api/v1/tokens"}, .group = "account",
       .ports = {table_reader, vault}, .writes = {token, outbox}, .make = make::create_token},
      {.name = "delete_token", .trigger = Route{"DELETE", "/api/v1/tokens/{id}"}, .scope = kAccount, .group = "account",
       .ports = {table_reader}, .writes = {token, outbox}, .make = make::delete_token},
      {.name = "list_users", .trigger = Route{"GET", "/api/v1/users"}, .access = Access::admin, .group = "people",
       .ports = {table_reader, directory}, .make = make::list_users},
      {.name = "invite_user", .trigger = Route{"POST", "/api/v1/users"}, .access = Access::admin, .group = "people",
       .ports = {table_reader, directory, mailer}, .timeout = Duration{30'000}, .make = make::invite_user},
      {.name = "change_user", .trigger = Route{"PATCH", "/api/v1/users/{id}"}, .access = Access::admin, .group = "people",
       .ports = {table_reader, directory}, .writes = {space, outbox}, .make = make::change_user},
      {.name = "reset_user", .trigger = Route{"POST", "/api/v1/users/{id}/reset"}, .access = Access::admin, .group = "people",
       .ports = {directory, mailer}, .timeout = Duration{30'000}, .make = make::reset_user},
  };
}

/// What events and the clock start.
std::vector<Row> follow_up_rows() {
  return {
      {.name = "reconcile_upload", .trigger = OnEvent{kObjectCreated}, .group = "ingest",
       .ports = {table_reader, object_assembler, object_remover}, .writes = {node, upload, blob, outbox},
       .make = make::reconcile_upload},
      {.name = "await_upload", .trigger = OnEvent{kUploadAwaited}, .group = "ingest",
       .ports = {table_reader, object_assembler}, .writes = {node, upload, blob, consumed, outbox}, .make = make::await_upload},
      {.name = "clean_upload", .trigger = OnEvent{"upload.aborted"}, .group = "ingest",
       .ports = {object_assembler, object_remover}, .make = make::clean_upload},
      {.name = "prune_versions", .trigger = OnEvent{"upload.completed"}, .group = "removal",
       .ports = {table_reader}, .writes = {node, space, blob, outbox}, .make = make::prune_versions},
      {.name = "remove_blob", .trigger = OnEvent{"blob.released"}, .group = "removal",
       .ports = {object_remover}, .make = make::remove_blob},
      {.name = "purge_folder", .trigger = OnEvent{"folder.purging"}, .group = "removal",
       .ports = {table_reader}, .writes = {node, space, blob, consumed, outbox}, .make = make::purge_folder},
      {.name = "continue_empty_trash", .trigger = OnEvent{"trash.emptying"}, .group = "removal",
       .ports = {table_reader}, .writes = {node, space, blob, consumed, outbox}, .make = make::continue_empty_trash},
      {.name = "fill_copy", .trigger = OnEvent{"folder.copying"}, .group = "entries",
       .ports = {table_reader}, .writes = {node, space, blob, consumed, outbox}, .make = make::fill_copy},
      {.name = "sweep_uploads", .trigger = Every{std::chrono::minutes{5}}, .group = "ingest",
       .ports = {table_reader, object_assembler}, .writes = {node, space, upload, blob, cursor, outbox}, .make = make::sweep_uploads},
      {.name = "purge_trash", .trigger = Every{std::chrono::hours{1}}, .group = "removal",
       .ports = {table_reader}, .writes = {node, space, blob, cursor, outbox}, .make = make::purge_trash},
      {.name = "settle_download", .trigger = OnEvent{kObjectServed}, .group = "links",
       .ports = {table_reader}, .writes = {link, lease, consumed}, .make = make::settle_download},
      {.name = "drop_links", .trigger = OnEvent{"entry.purged"}, .group = "removal",
       .ports = {table_reader}, .writes = {node, link, outbox}, .make = make::drop_links},
      {.name = "sweep_links", .trigger = Every{std::chrono::minutes{10}}, .group = "removal",
       .ports = {table_reader}, .writes = {node, link, cursor, outbox}, .make = make::sweep_links},
      {.name = "collect_expired", .trigger = Every{std::chrono::minutes{10}}, .group = "removal",
       .ports = {table_reader}, .writes = {lease, token, rate, consumed, idempotency, cursor}, .make = make::collect_expired},
  };
}

void append(std::vector<Row>& rows, std::vector<Row> more) {
  rows.insert(rows.end(), std::make_move_iterator(more.begin()), std::make_move_iterator(more.end()));
}

}  // namespace

std::vector<Row> function_rows() {
  std::vector<Row> rows;
  append(rows, entry_rows());
  append(rows, trash_rows());
  append(rows, upload_rows());
  append(rows, link_rows());
  append(rows, public_rows());
  append(rows, people_rows());
  append(rows, follow_up_rows());
  return rows;
}

}  // namespace satchel
