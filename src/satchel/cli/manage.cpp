// SPDX-License-Identifier: Apache-2.0
// ls, mkdir, mv and rm.
#include <fmt/format.h>

#include <ostream>

#include "satchel/cli/commands.hpp"
#include "satchel/cli/remote.hpp"

namespace satchel::cli {
namespace {

void print_entry(World& world, const Json& entry) {
  const std::string name = text_of(entry, "name");
  if (!world.out_is_terminal) {
    world.out << name << '\n';
    return;
  }
  const bool folder = text_of(entry, "kind") == "folder";
  world.out << fmt::format("{:>10}  {}  {}{}\n", folder ? "" : human_size(static_cast<std::uint64_t>(number_of(entry, "size"))),
                           text_of(entry, "modified").substr(0, 10), printable(name), folder ? "/" : "");
}

Result<void> list_folder(Api& api, const std::string& path) {
  World& world = api.world();
  const Json entry = TRY(resolve(api, path));
  Json all = Json::array();
  const auto take = [&](const Json& found) -> Result<void> {
    if (world.json) {
      all.push(found);
    } else {
      print_entry(world, found);
    }
    return {};
  };
  if (text_of(entry, "kind") == "folder") {
    TRY(each_entry(api, fmt::format("/api/v1/folders/{}/entries?limit=1000", text_of(entry, "id")), take));
  } else {
    TRY(take(entry));
  }
  if (world.json) world.out << all.text() << '\n';
  return {};
}

/// As the shell's mv: into TO where that is a folder, else under that name.
Result<Json> move_entry(Api& api, const std::string& from, const std::string& to) {
  const std::string id = text_of(TRY(resolve(api, from)), "id");
  const auto there = resolve(api, to);
  if (there && text_of(*there, "kind") == "folder") return api.patch("/api/v1/entries/" + id, Json::object({{"parent", text_of(*there, "id")}}));
  if (there) return fail(ErrorCode::conflict, fmt::format("'{}' exists already. Delete it first, or choose another name.", tidy(to)), {}, "name_taken");
  if (there.error().code != ErrorCode::not_found) return std::unexpected(there.error());
  const auto [parent, name] = split_last(tidy(to));
  const Json into = TRY(resolve(api, parent));
  return api.patch("/api/v1/entries/" + id, Json::object({{"parent", text_of(into, "id")}, {"name", name}}));
}

int finish(World& world, const Result<void>& outcome) { return outcome ? kDone : report(world, outcome.error()); }

/// Does `one` for each, which gives the entry it made or removed; all are tried, the first error decides the status.
int for_each_path(World& world, const std::vector<std::string>& paths, Result<Json> (*one)(Api& api, const std::string& path)) {
  auto api = Api::open(world);
  if (!api) return report(world, api.error());
  int status = kDone;
  Json done = Json::array();
  for (const std::string& path : paths) {
    auto entry = one(**api, path);
    if (entry) {
      done.push(*std::move(entry));
    } else {
      const int failed = report(world, entry.error());
      if (status == kDone) status = failed;
    }
  }
  if (world.json) world.out << done.text() << '\n';
  return status;
}

}  // namespace

int list(World& world, const std::string& folder) {
  auto api = Api::open(world);
  return api ? finish(world, list_folder(**api, folder)) : report(world, api.error());
}

int make_folders(World& world, const std::vector<std::string>& folders) {
  return for_each_path(world, folders, [](Api& api, const std::string& path) -> Result<Json> { return make_folder(api, TRY(root_folder(api)), path); });
}

int remove(World& world, const std::vector<std::string>& paths) {
  return for_each_path(world, paths, [](Api& api, const std::string& path) -> Result<Json> {
    const Json entry = TRY(resolve(api, path));
    TRY(api.remove("/api/v1/entries/" + text_of(entry, "id")));
    return entry;
  });
}

int move(World& world, const std::string& from, const std::string& to) {
  auto api = Api::open(world);
  if (!api) return report(world, api.error());
  const auto moved = move_entry(**api, from, to);
  if (!moved) return report(world, moved.error());
  if (world.json) world.out << moved->text() << '\n';
  return kDone;
}

}  // namespace satchel::cli
