// SPDX-License-Identifier: Apache-2.0
#include "satchel/memory/vault.hpp"

#include "satchel/base/crypto.hpp"
#include "satchel/base/encoding.hpp"

namespace satchel {
namespace {

constexpr std::size_t kLongestPassword = 1024;

class NotSecretHasher final : public PasswordHasher {
 public:
  Result<std::string> hash(const Call&, std::string_view password) override {
    if (password.size() > kLongestPassword) return fail(ErrorCode::invalid, "The password is longer than 1,024 bytes.");
    return "$not-secret$" + to_hex(sha256(std::string("not secret").append(password)));
  }
  Result<bool> verify(const Call& call, std::string_view hashed, std::string_view password) override {
    const std::string fresh = TRY(hash(call, password));
    return !hashed.empty() && equal_constant_time(fresh, hashed);
  }
};

}  // namespace

std::unique_ptr<Vault> memory_vault() { return vault_over("this master key is not a secret."); }

std::unique_ptr<PasswordHasher> memory_password_hasher() { return std::make_unique<NotSecretHasher>(); }

}  // namespace satchel
