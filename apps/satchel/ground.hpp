// SPDX-License-Identifier: Apache-2.0
// What everything else stands on: the data folder, held by this process, the master key and the table. With table and objects elsewhere,
// the folder holds the socket of the administration alone, and each copy of Satchel on one machine wants a folder of its own.
#pragma once

#include <memory>
#include <string>

#include "apps/satchel/configuration.hpp"
#include "apps/satchel/data_folder.hpp"
#include "apps/satchel/storage.hpp"
#include "satchel/ports/table.hpp"
#include "satchel/ports/vault.hpp"

namespace satchel {

struct Ground {
  DataFolder folder;
  std::string master_key, functions_key;  // the second only where functions run in processes
  std::unique_ptr<Vault> vault;
  std::unique_ptr<PasswordHasher> hasher;
  std::unique_ptr<Table> table;

  /// Errors: those of DataFolder and the table, each a sentence for the person at the terminal.
  static Result<Ground> open(const Configuration& configuration, const Process& process);
};

/// A call that begins now and has so long.
Call call_for(const Clock& clock, Duration longest = std::chrono::seconds{30});

}  // namespace satchel
