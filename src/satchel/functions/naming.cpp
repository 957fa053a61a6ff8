// SPDX-License-Identifier: Apache-2.0
#include "satchel/functions/naming.hpp"

#include <utility>

#include "satchel/model/name.hpp"

namespace satchel {
namespace {

constexpr int kTriesAtOnce = 50;
constexpr int kMostNumbers = 1000;

bool is_free(const std::optional<Item>& child, const EntryId& self) { return !child || child->text("id") == self.str(); }

}  // namespace

std::string_view to_string(OnConflict choice) {
  switch (choice) {
    case OnConflict::fail: return "fail";
    case OnConflict::rename: return "rename";
    case OnConflict::replace: return "replace";
  }
  std::unreachable();
}

Result<OnConflict> read_conflict(JsonReader& body, bool may_replace) {
  const std::string text = TRY(body.optional_text("conflict")).value_or("fail");
  if (text == "fail" || text == "rename" || (may_replace && text == "replace")) return conflict_from(text);
  return fail(ErrorCode::invalid, may_replace ? "'conflict' must be 'fail', 'rename' or 'replace'." : "'conflict' must be 'fail' or 'rename'.");
}

OnConflict conflict_from(std::string_view stored) {
  if (stored == "rename") return OnConflict::rename;
  return stored == "replace" ? OnConflict::replace : OnConflict::fail;
}

std::unexpected<Error> name_taken() {
  return fail(ErrorCode::conflict, "There is an entry of this name in the folder. Choose another name.", {}, "name_taken");
}

Result<std::string> free_name(const Call& call, const TableReader& table, const EntryId& folder, std::string_view name, std::string_view kind,
                              const EntryId& self) {
  const auto numbered = kind == "folder" ? numbered_folder_name : numbered_name;
  if (is_free(TRY(table.get(call, keys::child(folder, fold_name(name)))), self)) return std::string(name);
  for (int first = 2; first <= kMostNumbers; first += kTriesAtOnce) {
    std::vector<Key> keys;
    for (int n = first; n < first + kTriesAtOnce; ++n) keys.push_back(keys::child(folder, fold_name(numbered(name, n))));
    const auto children = TRY(table.batch_get(call, keys));
    for (std::size_t i = 0; i < children.size(); ++i) {
      if (is_free(children[i], self)) return numbered(name, first + static_cast<int>(i));
    }
  }
  return name_taken();
}

Result<std::string> settle_name(const Call& call, const TableReader& table, const EntryId& folder, std::string_view name,
                                std::string_view kind, const EntryId& self, OnConflict choice) {
  if (choice == OnConflict::rename) return free_name(call, table, folder, name, kind, self);
  if (!is_free(TRY(table.get(call, keys::child(folder, fold_name(name)))), self)) return name_taken();
  return std::string(name);
}

}  // namespace satchel
