// SPDX-License-Identifier: Apache-2.0
#include "satchel/functions/registry.hpp"

#include <iterator>

#include "satchel/functions/makers.hpp"

namespace satchel {
namespace {

constexpr std::string_view kRead = "files:read", kWrite = "files:write", kAccount = "account";

std::vector<Row> entry_rows() {
  return {
      {.name = "get_me", .trigger = Route{"GET", "/api/v1/me"}, .scope = kRead, .group = "entries",
       .ports = {Port::table_reader}, .make = make::get_me},
      {.name = "change_me", .trigger = Route{"PATCH", "/api/v1/me"}, .scope = kAccount, .group = "account",
       .ports = {Port::table_reader}, .writes = {Family::user, Family::outbox}, .make = make::change_me},
      {.name = "list_folder", .trigger = Route{"GET", "/api/v1/folders/{id}/entries"}, .scope = kRead, .group = "entries",
       .ports = {Port::table_reader}, .make = make::list_folder},
      {.name = "get_entry", .trigger = Route{"GET", "/api/v1/entries/{id}"}, .scope = kRead, .group = "entries",
       .ports = {Port::table_reader}, .make = make::get_entry},
      {.name = "resolve_path", .trigger = Route{"GET", "/api/v1/resolve"}, .scope = kRead, .group = "entries",
       .ports = {Port::table_reader}, .make = make::resolve_path},
      {.name = "create_folder", .trigger = Route{"POST", "/api/v1/folders"}, .scope = kWrite, .group = "entries",
       .ports = {Port::table_reader}, .writes = {Family::node, Family::outbox}, .make = make::create_folder},
      {.name = "change_entry", .trigger = Route{"PATCH", "/api/v1/entries/{id}"}, .scope = kWrite, .group = "entries",
       .ports = {Port::table_reader}, .writes = {Family::node, Family::space, Family::outbox}, .make = make::change_entry},
      {.name = "trash_entry", .trigger = Route{"DELETE", "/api/v1/entries/{id}"}, .scope = kWrite, .group = "trash",
       .ports = {Port::table_reader}, .writes = {Family::node, Family::space, Family::outbox}, .make = make::trash_entry},
      {.name = "list_trash", .trigger = Route{"GET", "/api/v1/trash"}, .scope = kRead, .group = "trash",
       .ports = {Port::table_reader}, .make = make::list_trash},
      {.name = "restore_entry", .trigger = Route{"POST", "/api/v1/entries/{id}/restore"}, .scope = kWrite, .group = "trash",
       .ports = {Port::table_reader}, .writes = {Family::node, Family::space, Family::outbox}, .make = make::restore_entry},
  };
}

void append(std::vector<Row>& rows, std::vector<Row> more) {
  rows.insert(rows.end(), std::make_move_iterator(more.begin()), std::make_move_iterator(more.end()));
}

}  // namespace

std::vector<Row> function_rows() {
  std::vector<Row> rows;
  append(rows, entry_rows());
  return rows;
}

}  // namespace satchel
