// SPDX-License-Identifier: Apache-2.0
// Paths of the server: "Photos/2026/a.jpg", from the root of the person's space.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "satchel/base/json.hpp"
#include "satchel/base/result.hpp"
#include "satchel/cli/api.hpp"

namespace satchel::cli {

/// Without slashes at either end, and none twice.
std::string tidy(std::string_view path);
/// "a/b/c" → {"a/b", "c"}
std::pair<std::string, std::string> split_last(std::string_view tidy_path);

/// Error: not_found, naming the path.
Result<Json> resolve(Api& api, std::string_view path);
/// Makes what is missing of it.
Result<Json> make_folder(Api& api, const std::string& parent, std::string_view path, bool must_be_new = false);
/// The id of the person's root folder.
Result<std::string> root_folder(Api& api);

/// Calls back for each entry of a listing, page by page; `path` has no query yet but perhaps some arguments.
Result<void> each_entry(Api& api, const std::string& path, const std::function<Result<void>(const Json& entry)>& take);

}  // namespace satchel::cli
