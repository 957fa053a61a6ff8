// SPDX-License-Identifier: Apache-2.0
// Files of this computer into folders of the server: small ones in batches, large ones in parts over several lanes. What the
// server has of an earlier try is not sent again; nothing about it is kept here, since the server's list is the truth.
#pragma once

#include <string>
#include <vector>

#include "satchel/base/json.hpp"
#include "satchel/base/result.hpp"
#include "satchel/cli/api.hpp"
#include "satchel/cli/console.hpp"

namespace satchel::cli {

struct Outgoing {
  std::string path;    // here
  std::string folder;  // there, by id
  std::string name;    // there
};

/// What a name that is taken comes to.
enum class OnConflict { replace, rename };

/// Sends them all; one that fails does not stop the others. The entries made, in the order given.
std::vector<Result<Json>> upload(Api& api, const std::vector<Outgoing>& files, OnConflict on_conflict);

}  // namespace satchel::cli
