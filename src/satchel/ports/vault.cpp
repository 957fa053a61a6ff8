// SPDX-License-Identifier: Apache-2.0
#include "satchel/ports/vault.hpp"

#include <utility>

#include "satchel/base/crypto.hpp"
#include "satchel/base/encoding.hpp"

namespace satchel {
namespace {

class KeyVault final : public Vault {
 public:
  explicit KeyVault(std::string master) : master_(std::move(master)) {}

  std::string keyed_hash(std::string_view purpose, std::string_view token) const override {
    return to_base64url(hmac_sha256(key("hash", purpose), token));
  }
  std::string seal(std::string_view purpose, std::string_view plain, std::string_view context) const override {
    return to_base64url(satchel::seal(key("seal", purpose), plain, context));
  }
  std::optional<std::string> open(std::string_view purpose, std::string_view sealed, std::string_view context) const override {
    const auto bytes = from_base64url(sealed);
    if (!bytes) return std::nullopt;
    return open_sealed(key("seal", purpose), *bytes, context);
  }

 private:
  std::string key(std::string_view use, std::string_view purpose) const {
    return derive_key(master_, std::string("satchel ").append(use).append(":").append(purpose));
  }

  std::string master_;
};

}  // namespace

std::unique_ptr<Vault> vault_over(std::string master_key) { return std::make_unique<KeyVault>(std::move(master_key)); }

}  // namespace satchel
