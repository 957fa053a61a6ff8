// SPDX-License-Identifier: Apache-2.0
// How people sign in: at the provider in the binary, or at an issuer elsewhere. What differs between the two, in one place.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "apps/satchel/ground.hpp"
#include "satchel/runtime/gate_authenticate.hpp"
#include "satchel/runtime/registry.hpp"

namespace satchel {

class SignIn {
 public:
  virtual ~SignIn() = default;
  virtual Directory& directory() = 0;
  virtual const TrustedIssuer& issuer() const = 0;
  virtual std::vector<Row> rows() const = 0;
  /// What the page and the command line must know of it: members of /config.json.
  virtual Json::Object page() const = 0;
  /// Other origins that the page talks to.
  virtual std::vector<std::string> origins() const = 0;
  /// What the person at the terminal should do while there is no administrator; empty otherwise.
  virtual Result<std::optional<std::string>> hint(const Call& call) = 0;
};

/// `table` is the one that functions write to; all of them outlive it. Makes what a first start needs. Errors: of the table; of the issuer, a
/// sentence that names it.
Result<std::unique_ptr<SignIn>> open_sign_in(const Configuration& configuration, Table& table, const Vault& vault, const Process& process);

}  // namespace satchel
