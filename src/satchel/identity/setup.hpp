// SPDX-License-Identifier: Apache-2.0
// The first administrator: open until one exists, whoever made them. The set-up link is printed at start and stays the same over
// restarts; the table holds what it is made of, not the token. Any thread may call.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "satchel/base/random.hpp"
#include "satchel/ports/table.hpp"
#include "satchel/ports/vault.hpp"

namespace satchel::identity {

class Setup {
 public:
  Setup(const TableReader& reader, const Vault& vault) : reader_(&reader), vault_(&vault) {}

  Result<bool> is_open(const Call& call) const;
  /// The token to print, made when first asked for; empty where there is an administrator. Writes Family::key. Idempotent.
  Result<std::optional<std::string>> token(const Call& call, TableWriter writer, Random& random) const;
  /// Whether it is the token. Error: gone (setup_closed) where there is an administrator, or the token is another.
  Result<void> check(const Call& call, std::string_view token) const;
  /// Closes the set-up in the transaction that makes the administrator: holds for the first alone.
  static Transaction close();

 private:
  std::string token_of(const Item& item) const;

  const TableReader* reader_;
  const Vault* vault_;
};

std::unexpected<Error> setup_closed();
std::string setup_url(std::string_view public_url, std::string_view token);

}  // namespace satchel::identity
