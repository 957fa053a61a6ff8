// SPDX-License-Identifier: Apache-2.0
#include "satchel/aws/credentials.hpp"

#include <utility>

namespace satchel::aws {
namespace {

class FixedCredential final : public CredentialSource {
 public:
  explicit FixedCredential(net::Credential credential) : credential_(std::move(credential)) {}
  Result<net::Credential> get(Time) override { return credential_; }

 private:
  net::Credential credential_;
};

}  // namespace

std::shared_ptr<CredentialSource> fixed_credential(net::Credential credential) { return std::make_shared<FixedCredential>(std::move(credential)); }

}  // namespace satchel::aws
