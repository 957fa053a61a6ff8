// SPDX-License-Identifier: Apache-2.0
#include "apps/satchel/ground.hpp"

#include "satchel/passwords/password_hasher.hpp"
#include "satchel/embedded/table.hpp"

namespace satchel {

Result<Ground> Ground::open(const Configuration& configuration, const Process& process) {
  DataFolder folder = TRY(DataFolder::open(configuration.data, process.clock));
  std::string key = TRY(folder.master_key(process.random));
  auto table = TRY(open_rocksdb_table({.folder = folder.file("table")}, process.clock, process.logger));
  auto vault = vault_over(key);
  return Ground{.folder = std::move(folder), .master_key = std::move(key), .vault = std::move(vault), .hasher = argon2_password_hasher({}, process.clock, process.random), .table = std::move(table)};
}

Call call_for(const Clock& clock, Duration longest) {
  const Time now = clock.now();
  return {.now = now, .deadline = now + longest};
}

}  // namespace satchel
