// SPDX-License-Identifier: Apache-2.0
#include "satchel/functions/entries.hpp"

#include <algorithm>
#include <map>
#include <set>

#include "satchel/functions/content_type.hpp"
#include "satchel/model/name.hpp"

namespace satchel {
namespace {

constexpr std::size_t kKeysAtOnce = 100;
// Moves of deep folders can pile up more than kDeepest; a chain beyond this is answered as an error, so that a walk always ends.
constexpr std::size_t kLongestWalk = 1000;
constexpr std::int64_t kTrashDays = 30;

using Metas = std::map<EntryId, std::optional<Item>>;

Result<void> read_metas(const Call& call, const TableReader& table, const std::set<EntryId>& wanted, Metas& metas) {
  std::vector<EntryId> ids(wanted.begin(), wanted.end());
  for (std::size_t begin = 0; begin < ids.size(); begin += kKeysAtOnce) {
    const std::size_t end = std::min(ids.size(), begin + kKeysAtOnce);
    std::vector<Key> keys;
    for (std::size_t i = begin; i < end; ++i) keys.push_back(keys::entry(ids[i]));
    auto items = TRY(table.batch_get(call, keys));
    for (std::size_t i = begin; i < end; ++i) metas.insert_or_assign(ids[i], std::move(items[i - begin]));
  }
  return {};
}

/// The entries named and everything above them.
Result<Metas> read_with_ancestors(const Call& call, const TableReader& table, const std::vector<EntryId>& ids) {
  Metas metas;
  std::set<EntryId> wanted(ids.begin(), ids.end());
  for (std::size_t level = 0; !wanted.empty(); ++level) {
    if (level > kLongestWalk) return fail(ErrorCode::invalid, "This lies too deep. Move a folder above it up.", {}, "too_deep");
    TRY(read_metas(call, table, wanted, metas));
    std::set<EntryId> next;
    for (const EntryId& id : wanted) {
      const auto& meta = metas.at(id);
      const EntryId parent(meta ? meta->text("parent") : "");
      if (!parent.empty() && !metas.contains(parent)) next.insert(parent);
    }
    wanted = std::move(next);
  }
  return metas;
}

std::optional<Located> assemble(const Metas& metas, const EntryId& id) {
  const auto& own = metas.at(id);
  if (!own) return std::nullopt;
  Located located{*own, {}, {id, {}, SpaceId(own->text("space")), UserId(own->text("owner")), own->text("state") != kLive}};
  for (EntryId next = located.parent(); !next.empty();) {
    located.resource.ancestors.push_back(next);
    const auto& meta = metas.at(next);
    if (!meta) {
      located.resource.trashed = true;
      break;
    }
    if (meta->text("state") != kLive) located.resource.trashed = true;
    located.above.push_back(*meta);
    next = EntryId(meta->text("parent"));
  }
  std::ranges::reverse(located.resource.ancestors);
  std::ranges::reverse(located.above);
  return located;
}

Result<Allowed> allow_kind(const Context& context, const TableReader& table, Action action, const EntryId& id, bool folder) {
  Allowed allowed = TRY(allow(context, table, action, id));
  if (allowed.entry.is_folder() == folder) return allowed;
  if (folder) return fail(ErrorCode::invalid, "This is a file. Name a folder.", {}, "not_a_folder");
  return fail(ErrorCode::invalid, "This is a folder. Name a file.", {}, "not_a_file");
}

/// What a listing shows, beside the key.
constexpr std::string_view kShown[] = {"id",   "kind",     "name",          "parent",    "created", "modified", "size",
                                       "media", "revision", "sum_algorithm", "sum_value", "sha256",  "shared"};

Item shown(const Item& meta, Key key) {
  Item item{std::move(key), {}};
  for (const std::string_view name : kShown) {
    const auto found = meta.attributes.find(name);
    if (found != meta.attributes.end()) item.attributes.insert(*found);
  }
  return item;
}

void add_file_members(const Item& item, Json::Object& members) {
  members.emplace_back("size", item.number("size"));
  members.emplace_back("type", item.has("media") ? item.text("media") : std::string(content_type_of(item.text("name")).type));
  members.emplace_back("revision", item.number("revision"));
  if (item.has("sum_value")) {
    members.emplace_back("checksum", Json::object({{"algorithm", item.text("sum_algorithm")}, {"value", item.text("sum_value")}}));
  }
  if (!item.text("sha256").empty()) members.emplace_back("sha256", item.text("sha256"));
}

}  // namespace

std::unexpected<Error> no_such_entry() {
  return fail(ErrorCode::not_found, "There is no such file or folder. It may have been moved to the trash or deleted.");
}

Result<std::vector<std::optional<Located>>> locate(const Call& call, const TableReader& table, const std::vector<EntryId>& ids) {
  const Metas metas = TRY(read_with_ancestors(call, table, ids));
  std::vector<std::optional<Located>> located;
  for (const EntryId& id : ids) located.push_back(assemble(metas, id));
  return located;
}

Result<Located> locate(const Call& call, const TableReader& table, const EntryId& id) {
  if (!is_random_id(id.str())) return no_such_entry();
  auto located = TRY(locate(call, table, std::vector{id}));
  if (!located[0]) return no_such_entry();
  return *std::move(located[0]);
}

Result<Allowed> allow(const Context& context, const TableReader& table, Action action, const EntryId& id) {
  Located located = TRY(locate(context.call, table, id));
  Grant grant = TRY(decide(context.principal, action, located.resource, context.call.now));
  return Allowed{std::move(located), std::move(grant)};
}

Result<Allowed> allow_folder(const Context& context, const TableReader& table, Action action, const EntryId& id) {
  return allow_kind(context, table, action, id, /*folder=*/true);
}
Result<Allowed> allow_file(const Context& context, const TableReader& table, Action action, const EntryId& id) {
  return allow_kind(context, table, action, id, /*folder=*/false);
}

Json::Object entry_members(const Item& item) {
  Json::Object members{{"id", item.text("id")}, {"kind", item.text("kind")}, {"name", item.text("name")}};
  if (item.has("parent")) members.emplace_back("parent", item.text("parent"));
  members.emplace_back("created", from_millis(item.number("created")));
  members.emplace_back("modified", from_millis(item.number("modified")));
  if (item.text("kind") == "file") add_file_members(item, members);
  if (item.flag("shared")) members.emplace_back("shared", true);
  if (item.has("deleted")) members.emplace_back("deleted", from_millis(item.number("deleted")));
  return members;
}

Json entry_json(const Item& item) { return Json(entry_members(item)); }

Json path_json(const std::vector<Item>& folders) {
  Json path = Json::array();
  for (const Item& folder : folders) path.push(Json::object({{"id", folder.text("id")}, {"name", folder.text("name")}}));
  return path;
}

Item new_folder(const EntryId& id, const Item& parent, std::string_view name, Time now) {
  Item meta{keys::entry(id), {}};
  meta.set("id", id.str());
  meta.set("kind", std::string("folder"));
  meta.set("state", std::string(kLive));
  meta.set("edit", std::int64_t{0});
  meta.set("space", parent.text("space"));
  meta.set("owner", parent.text("owner"));
  meta.set("parent", parent.text("id"));
  meta.set("name", std::string(name));
  meta.set("created", to_millis(now));
  meta.set("modified", to_millis(now));
  return meta;
}

Key directory_key(const Item& meta) { return keys::child(EntryId(meta.text("parent")), fold_name(meta.text("name"))); }
Key trash_key(const Item& meta) {
  return keys::trash(SpaceId(meta.text("space")), from_millis(meta.number("deleted")), EntryId(meta.text("id")));
}

Item directory_entry(const Item& meta) { return shown(meta, directory_key(meta)); }

Item trash_item(const Item& meta) {
  Item item = shown(meta, trash_key(meta));
  item.set("deleted", meta.number("deleted"));
  keys::index_due(item, from_millis(meta.number("deleted")) + std::chrono::days{kTrashDays});
  return item;
}

Condition unchanged(const Item& meta) { return Condition::equals("edit", meta.number("edit")); }
Operation check_live(const EntryId& folder) { return Check{keys::entry(folder), Condition::equals("state", std::string(kLive))}; }

}  // namespace satchel
