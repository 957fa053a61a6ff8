// SPDX-License-Identifier: Apache-2.0
// The commands of a person at a terminal or in a script, over the public API alone. Each gives an exit status (console.hpp),
// writes its result to `out` and everything else to `err`.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "satchel/cli/console.hpp"

namespace satchel::cli {

struct ShareOptions {
  std::string expires;         // "30s", "15m", "12h", "7d"; empty: never
  bool password_stdin = false;
  int max_downloads = 0;       // 0: no limit
};

int login(World& world, const std::string& url);
int logout(World& world);
int put(World& world, const std::vector<std::string>& paths, const std::string& to);
int make_folders(World& world, const std::vector<std::string>& folders);
int move(World& world, const std::string& from, const std::string& to);
int remove(World& world, const std::vector<std::string>& paths);
int list(World& world, const std::string& folder);
int share(World& world, const std::string& path, const ShareOptions& options);
int send(World& world, const std::vector<std::string>& files, const ShareOptions& options);
int get(World& world, const std::string& path_or_link, const std::string& output, bool password_stdin);

}  // namespace satchel::cli
