// SPDX-License-Identifier: Apache-2.0
// The provider's RS256 keys, kept in the table, sealed by the vault. Each has the moment from which it signs; the newest that has
// come to it signs, the next is published a day before, an old one is known for a week after. What is read is cached for a minute, so
// a removed key is refused a minute later. Any thread may call; processes that share a table agree on the keys.
#pragma once

#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "satchel/base/random.hpp"
#include "satchel/ports/table.hpp"
#include "satchel/ports/vault.hpp"
#include "satchel/runtime/jwt.hpp"

namespace satchel::identity {

struct SigningKey {
  std::string kid;
  Time signs_from{};
  RsaPrivateKey key;
};

class SigningKeys final : public KeySource {
 public:
  SigningKeys(const TableReader& reader, const Vault& vault) : reader_(&reader), vault_(&vault) {}

  Result<std::optional<RsaPublicKey>> find(const Call& call, std::string_view kid) const override;
  /// What signs at call.now. Error: unavailable where no key was made yet.
  Result<SigningKey> signer(const Call& call) const;
  /// The JWKS document (RFC 7517 section 5): every key that is, was or will be used.
  Result<Json> jwks(const Call& call) const;

  /// Makes the first key, the next one when its time has come, and removes those nobody needs; writes Family::key. Idempotent; any
  /// number of processes may do it at once.
  Result<void> tend(const Call& call, TableWriter writer, Random& random) const;

 private:
  struct Ring {
    std::vector<SigningKey> keys;  // the earliest first
    std::int64_t version = 0;      // 0: none was ever made
    Time read_at{};
  };
  using Snapshot = std::shared_ptr<const Ring>;  // shared: a reader keeps the one it began with

  Result<Snapshot> ring(const Call& call, Duration oldest) const;
  Result<Ring> read(const Call& call) const;
  Result<SigningKey> open(const Item& item) const;
  Result<WriteOutcome> change(const Call& call, TableWriter& writer, const Ring& ring, Transaction operations) const;
  Operation put(const Call& call, Random& random, Time signs_from) const;

  const TableReader* reader_;
  const Vault* vault_;
  mutable std::mutex mutex_;
  mutable Snapshot cached_;
};

}  // namespace satchel::identity
