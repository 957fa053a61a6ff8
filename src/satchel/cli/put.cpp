// SPDX-License-Identifier: Apache-2.0
#include "satchel/cli/put.hpp"

#include <fmt/format.h>

#include <filesystem>
#include <map>
#include <ostream>

#include "satchel/cli/commands.hpp"
#include "satchel/cli/local_file.hpp"
#include "satchel/cli/remote.hpp"

namespace satchel::cli {
namespace {

namespace fs = std::filesystem;

/// Collects what lies under the given paths, making the folders on the way.
class Collector {
 public:
  Collector(Api& api, std::string target) : api_(api), target_(std::move(target)) {}

  Result<void> add(const std::string& path) {
    std::error_code error;
    const auto status = fs::status(path, error);
    if (!fs::exists(status)) return fail(ErrorCode::not_found, fmt::format("There is no '{}' on this computer.", path));
    if (!fs::is_directory(status)) {
      files_.push_back({path, target_, name_of(path)});
      return {};
    }
    return add_folder(path);
  }

  const std::vector<Outgoing>& files() const { return files_; }

 private:
  Result<void> add_folder(const std::string& path) {
    const std::string top = name_of(path);
    TRY(folder(top));
    std::error_code error;
    for (auto it = fs::recursive_directory_iterator(path, error); it != fs::recursive_directory_iterator(); it.increment(error)) {
      if (error) return fail(ErrorCode::forbidden, fmt::format("Cannot read the folder '{}': {}.", path, error.message()));
      const auto below = fs::relative(it->path(), path).parent_path();
      const std::string parent = below.empty() ? top : top + "/" + below.string();
      if (it->is_symlink() && it->is_directory()) {
        skip(it->path());
      } else if (it->is_directory()) {
        TRY(folder(parent + "/" + it->path().filename().string()));
      } else if (it->is_regular_file()) {
        const std::string into = TRY(folder(parent));
        files_.push_back({it->path().string(), into, it->path().filename().string()});
      } else {
        skip(it->path());
      }
    }
    if (error) return fail(ErrorCode::forbidden, fmt::format("Cannot read the folder '{}': {}.", path, error.message()));
    return {};
  }

  /// The id of a folder below the target, made where it is missing.
  Result<std::string> folder(const std::string& below) {
    if (const auto known = folders_.find(below); known != folders_.end()) return known->second;
    const std::string id = text_of(TRY(make_folder(api_, target_, below)), "id");
    folders_.emplace(below, id);
    return id;
  }

  void skip(const fs::path& path) {
    api_.world().err << "satchel: left out '" << printable(path.string()) << "': neither a file nor a folder\n";
  }

  Api& api_;
  std::string target_;
  std::map<std::string, std::string> folders_;
  std::vector<Outgoing> files_;
};

void note(World& world, PutOutcome& outcome, const Error& error) {
  ++outcome.failed;
  report(world, error);
  if (!outcome.first_error) outcome.first_error = error;
}

Result<std::string> target_folder(Api& api, const std::string& to) {
  const std::string root = TRY(root_folder(api));
  if (tidy(to).empty()) return root;
  return text_of(TRY(make_folder(api, root, to)), "id");
}

}  // namespace

std::string name_of(const std::string& path) {
  const fs::path plain = fs::path(path).lexically_normal();
  const fs::path named = plain.filename().empty() ? plain.parent_path() : plain;
  if (named == "." || named == ".." || named.filename().empty()) return fs::weakly_canonical(path).filename().string();
  return named.filename().string();
}

PutOutcome put_into(Api& api, const std::vector<std::string>& paths, const std::string& folder, OnConflict on_conflict) {
  PutOutcome outcome;
  Collector collector(api, folder);
  for (const std::string& path : paths) {
    if (const auto added = collector.add(path); !added) note(api.world(), outcome, added.error());
  }
  auto results = upload(api, collector.files(), on_conflict);
  for (std::size_t i = 0; i < results.size(); ++i) {
    if (results[i]) {
      outcome.entries.push_back(*std::move(results[i]));
    } else {
      Error error = results[i].error();
      error.message = fmt::format("{}: {}", collector.files()[i].path, error.message);
      note(api.world(), outcome, error);
    }
  }
  return outcome;
}

int put(World& world, const std::vector<std::string>& paths, const std::string& to) {
  auto api = Api::open(world);
  if (!api) return report(world, api.error());
  const auto folder = target_folder(**api, to);
  if (!folder) return report(world, folder.error());
  const PutOutcome outcome = put_into(**api, paths, *folder, OnConflict::replace);
  if (world.json) {
    world.out << Json(outcome.entries).text() << '\n';
  } else if (world.err_is_terminal && !outcome.entries.empty()) {
    world.err << fmt::format("{} {} in '/{}'\n", outcome.entries.size(), outcome.entries.size() == 1 ? "file" : "files", printable(tidy(to)));
  }
  if (outcome.failed == 0) return kDone;
  if (outcome.failed > 1) world.err << fmt::format("satchel: {} of {} did not arrive; run the same command again to send them\n", outcome.failed, outcome.failed + outcome.entries.size());
  return exit_status(*outcome.first_error);
}

}  // namespace satchel::cli
