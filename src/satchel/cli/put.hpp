// SPDX-License-Identifier: Apache-2.0
// What `put` and `send` have in common: files and folders of this computer into a folder of the server.
#pragma once

#include <string>
#include <vector>

#include "satchel/base/json.hpp"
#include "satchel/cli/api.hpp"
#include "satchel/cli/upload.hpp"

namespace satchel::cli {

/// What came of it: entries of the files, and the first thing that went wrong, the rest of which is on `err`.
struct PutOutcome {
  std::vector<Json> entries;
  std::size_t failed = 0;
  std::optional<Error> first_error;
};

/// Sends the paths into the folder of this id; a folder becomes a folder of its own, with all that is in it.
PutOutcome put_into(Api& api, const std::vector<std::string>& paths, const std::string& folder, OnConflict on_conflict);

/// The name that a path gets on the server: its last component, of "." the folder's own.
std::string name_of(const std::string& path);

}  // namespace satchel::cli
