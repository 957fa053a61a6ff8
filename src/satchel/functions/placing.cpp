// SPDX-License-Identifier: Apache-2.0
#include "satchel/functions/placing.hpp"

#include <algorithm>

namespace satchel {

Result<std::int64_t> read_tree_guard(const Call& call, const TableReader& table, const SpaceId& space) {
  const auto guard = TRY(table.get(call, keys::tree_guard(space)));
  if (!guard) return fail(ErrorCode::internal, "Something went wrong here.", "a space without a tree guard");
  return guard->number("struct_rev");
}

Operation pass_tree_guard(const SpaceId& space, std::int64_t revision) {
  return Update{keys::tree_guard(space), {{"struct_rev", revision + 1}}, {}, {}, Condition::equals("struct_rev", revision)};
}

Result<void> check_place(const Located& entry, const Located& folder) {
  if (folder.resource.space != entry.resource.space) return no_such_entry();
  if (folder.id() == entry.id() || std::ranges::find(folder.resource.ancestors, entry.id()) != folder.resource.ancestors.end()) {
    return fail(ErrorCode::invalid, "A folder cannot go into itself or a folder within it. Choose another place.", {}, "move_into_itself");
  }
  if (folder.above.size() >= kDeepest) {
    return fail(ErrorCode::invalid, "It would lie too deep. Choose a place with at most 100 folders above it.", {}, "too_deep");
  }
  return {};
}

Item placed(const Item& meta, const EntryId& folder, std::string_view name) {
  Item after = meta;
  after.set("parent", folder.str());
  after.set("name", std::string(name));
  after.set("state", std::string(kLive));
  after.set("edit", meta.number("edit") + 1);
  after.attributes.erase("deleted");
  return after;
}

}  // namespace satchel
