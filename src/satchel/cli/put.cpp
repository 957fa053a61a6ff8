// SPDX-License-Identifier: Apache-2.0
#include "satchel/cli/put.hpp"

#include <fmt/format.h>

#include <filesystem>
#include <map>
#include <ostream>
#include <set>

#include "satchel/cli/commands.hpp"
#include "satchel/cli/remote.hpp"
#include "satchel/model/name.hpp"

namespace satchel::cli {
namespace {

namespace fs = std::filesystem;

class Planner {
 public:
  explicit Planner(World& world) : world_(world) {}

  void add(const std::string& path) {
    std::error_code error;
    const auto status = fs::status(path, error);
    if (!fs::exists(status)) {
      refuse(ErrorCode::not_found, fmt::format("There is no '{}' on this computer.", path));
    } else if (!fs::is_directory(status)) {
      add_file(path, "", name_of(path));
    } else if (add_folder(path, "", name_of(path))) {
      add_content(path, name_of(path));
    }
  }

  Plan finish() {
    std::erase_if(plan_.files, [&](const Outgoing& file) { return clashing_.contains(file.path); });
    return std::move(plan_);
  }

 private:
  void add_content(const std::string& path, const std::string& top) {
    std::error_code error;
    for (auto it = fs::recursive_directory_iterator(path, error); it != fs::recursive_directory_iterator(); it.increment(error)) {
      const auto within = fs::relative(it->path(), path).parent_path();
      const std::string parent = within.empty() ? top : top + "/" + within.string();
      const std::string name = it->path().filename().string();
      if (it->is_symlink() && it->is_directory()) {
        skip(it->path());
      } else if (it->is_directory()) {
        if (!add_folder(it->path().string(), parent, name)) it.disable_recursion_pending();
      } else if (it->is_regular_file()) {
        add_file(it->path().string(), parent, name);
      } else {
        skip(it->path());
      }
    }
    if (error) refuse(ErrorCode::forbidden, fmt::format("Cannot read the folder '{}': {}.", path, error.message()));
  }

  void add_file(const std::string& path, const std::string& below, const std::string& name) {
    if (!is_good(path, name)) return;
    const auto [there, is_first] = taken_.emplace(place(below, name), Taken{path, false});
    if (is_first) {
      plan_.files.push_back({path, below, name});
      return;
    }
    if (!there->second.is_folder) clashing_.insert(there->second.path);
    refuse_clash(there->second.path, path, name);
  }

  /// Whether what is in it has a place.
  bool add_folder(const std::string& path, const std::string& below, const std::string& name) {
    if (!is_good(path, name)) return false;
    const auto [there, is_first] = taken_.emplace(place(below, name), Taken{path, true});
    if (is_first) plan_.folders.push_back(below.empty() ? name : below + "/" + name);
    if (there->second.is_folder) return true;  // two folders of one name become one
    clashing_.insert(there->second.path);
    refuse_clash(there->second.path, path, name);
    return false;
  }

  bool is_good(const std::string& path, const std::string& name) {
    const auto good = check_name(name);
    if (!good) refuse(ErrorCode::invalid, fmt::format("{}: {}", path, good.error().message));
    return good.has_value();
  }

  /// Names that fold alike are one on the server.
  static std::string place(const std::string& below, const std::string& name) { return fold_name(below + "/" + name); }

  void refuse(ErrorCode code, std::string sentence) { plan_.refused.push_back({code, std::move(sentence)}); }
  void refuse_clash(const std::string& first, const std::string& second, const std::string& name) {
    refuse(ErrorCode::invalid, fmt::format("'{}' and '{}' would both become '{}'. Rename one of them, or send them to different folders.", first, second, name));
  }
  void skip(const fs::path& path) { tell(world_, "left_out", fmt::format("left out '{}': neither a file nor a folder", path.string())); }

  struct Taken {
    std::string path;
    bool is_folder;
  };

  World& world_;
  Plan plan_;
  std::map<std::string, Taken> taken_;  // by its place on the server
  std::set<std::string> clashing_;
};

/// The ids of the plan's folders by their path below the target; those that could not be made, and what is in them, are absent.
std::map<std::string, std::string> make_folders(Api& api, const Plan& plan, const std::string& target, PutOutcome& outcome) {
  std::map<std::string, std::string> ids{{"", target}};
  for (const std::string& folder : plan.folders) {
    const auto [parent, name] = split_last(folder);
    const auto above = ids.find(parent);
    if (above == ids.end()) continue;
    if (const auto made = make_folder(api, above->second, name)) {
      ids.emplace(folder, text_of(*made, "id"));
    } else {
      outcome.note(api.world(), made.error());
    }
  }
  return ids;
}

/// Which part of a path is the file that keeps it from being a folder.
Error file_on_the_way(Api& api, const std::string& path) {
  for (std::size_t end = path.find('/');; end = path.find('/', end + 1)) {
    const std::string upper = path.substr(0, end);
    const auto entry = resolve(api, upper);
    if (end == std::string::npos || (entry && text_of(*entry, "kind") == "file")) return {ErrorCode::invalid, fmt::format("'{}' is a file, not a folder.", upper)};
  }
}

Result<std::string> target_folder(Api& api, const std::string& to) {
  const std::string root = TRY(root_folder(api));
  if (tidy(to).empty()) return root;
  const auto made = make_folder(api, root, to);
  if (!made && made.error().type == "name_taken") return std::unexpected(file_on_the_way(api, tidy(to)));
  return text_of(TRY(made), "id");
}

}  // namespace

std::string name_of(const std::string& path) {
  const fs::path plain = fs::path(path).lexically_normal();
  const fs::path named = plain.filename().empty() ? plain.parent_path() : plain;
  if (named == "." || named == ".." || named.filename().empty()) return fs::weakly_canonical(path).filename().string();
  return named.filename().string();
}

Plan plan_of(World& world, const std::vector<std::string>& paths) {
  Planner planner(world);
  for (const std::string& path : paths) planner.add(path);
  return planner.finish();
}

void PutOutcome::note(World& world, const Error& error) {
  ++failed;
  if (exit_status(error) == kNoAnswer || error.code == ErrorCode::too_many) ++passing;
  report(world, error);
  if (!first_error) first_error = error;
}

PutOutcome put_into(Api& api, const Plan& plan, const std::string& folder, OnConflict on_conflict) {
  PutOutcome outcome;
  for (const Error& error : plan.refused) outcome.note(api.world(), error);
  const auto ids = make_folders(api, plan, folder, outcome);
  std::vector<Outgoing> files;
  for (const Outgoing& file : plan.files) {
    if (const auto id = ids.find(file.folder); id != ids.end()) files.push_back({file.path, id->second, file.name});
  }
  auto results = upload(api, files, on_conflict);
  for (std::size_t i = 0; i < results.size(); ++i) {
    if (results[i]) {
      outcome.entries.push_back(*std::move(results[i]));
    } else {
      Error error = results[i].error();
      error.message = fmt::format("{}: {}", files[i].path, error.message);
      outcome.note(api.world(), error);
    }
  }
  return outcome;
}

int put(World& world, const std::vector<std::string>& paths, const std::string& to) {
  auto api = Api::open(world);
  if (!api) return report(world, api.error());
  (*api)->be_patient();
  const Plan plan = plan_of(world, paths);
  const bool nothing = plan.folders.empty() && plan.files.empty();  // then no folder is made for it
  const auto folder = nothing ? Result<std::string>(std::string()) : target_folder(**api, to);
  if (!folder) return report(world, folder.error());
  const PutOutcome outcome = put_into(**api, plan, *folder, OnConflict::replace);
  if (world.json) {
    world.out << Json(outcome.entries).text() << '\n';
  } else if (world.err_is_terminal && !outcome.entries.empty()) {
    world.err << fmt::format("{} {} in '/{}'\n", outcome.entries.size(), outcome.entries.size() == 1 ? "file" : "files", printable(tidy(to)));
  }
  if (outcome.failed == 0) return kDone;
  if (outcome.passing > 1) {
    tell(world, "incomplete", fmt::format("{} of {} did not arrive; run the same command again to send them", outcome.passing, outcome.failed + outcome.entries.size()));
  }
  return exit_status(*outcome.first_error);
}

}  // namespace satchel::cli
