// SPDX-License-Identifier: Apache-2.0
#include "apps/satchel/ground.hpp"

#include "satchel/passwords/password_hasher.hpp"

namespace satchel {

Result<Ground> Ground::open(const Configuration& configuration, const Process& process) {
  DataFolder folder = TRY(DataFolder::open(configuration.data, process.clock));
  std::string key = configuration.master_key.empty() ? TRY(folder.master_key(process.random)) : configuration.master_key;
  std::string functions_key = configuration.functions_in_processes ? TRY(folder.functions_key(process.random)) : std::string();
  auto table = TRY(open_table(configuration, folder, process));
  auto vault = vault_over(key);
  return Ground{.folder = std::move(folder),
                .master_key = std::move(key),
                .functions_key = std::move(functions_key),
                .vault = std::move(vault),
                .hasher = argon2_password_hasher({}, process.clock, process.random),
                .table = std::move(table)};
}

Call call_for(const Clock& clock, Duration longest) {
  const Time now = clock.now();
  return {.now = now, .deadline = now + longest};
}

}  // namespace satchel
