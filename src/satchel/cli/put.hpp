// SPDX-License-Identifier: Apache-2.0
// What `put` and `send` have in common: files and folders of this computer into a folder of the server.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "satchel/base/json.hpp"
#include "satchel/cli/api.hpp"
#include "satchel/cli/upload.hpp"

namespace satchel::cli {

/// What is to be sent, judged before anything is.
struct Plan {
  std::vector<std::string> folders;  // to be made below the target, the upper ones first
  std::vector<Outgoing> files;       // their `folder` is the path below the target
  std::vector<Error> refused;        // what cannot go: absent, of a bad name, or two for one place
};
/// A folder among the paths becomes a folder of its own, with all that is in it.
Plan plan_of(World& world, const std::vector<std::string>& paths);

/// What came of it: entries of the files, and the first thing that went wrong, the rest of which is on `err`.
struct PutOutcome {
  std::vector<Json> entries;
  std::size_t failed = 0;
  std::size_t passing = 0;  // of those that failed: will go when they are sent again
  std::optional<Error> first_error;

  void note(World& world, const Error& error);
};
/// Sends into the folder of this id.
PutOutcome put_into(Api& api, const Plan& plan, const std::string& folder, OnConflict on_conflict);

/// The name that a path gets on the server: its last component, of "." the folder's own.
std::string name_of(const std::string& path);

}  // namespace satchel::cli
