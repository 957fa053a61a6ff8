// SPDX-License-Identifier: Apache-2.0
#include "satchel/runtime/gate_authorise.hpp"

#include <fmt/format.h>

namespace satchel {
namespace {

Result<void> check_scope(const Row& row, const SignedIn& person) {
  if (!person.by_api_token()) return {};
  if (row.scope.empty() || row.access == Access::admin) {
    return fail(ErrorCode::forbidden, "This cannot be done with a personal API token. Sign in instead.", {}, "sign_in_wanted");
  }
  if (person.scopes.contains(row.scope)) return {};
  return fail(ErrorCode::forbidden, fmt::format("This token lacks the scope '{}'. Create a token that has it.", row.scope), {}, "scope_missing");
}

}  // namespace

Result<void> authorise(const Row& row, const Principal& principal) {
  if (row.access == Access::open) return {};
  const auto* person = std::get_if<SignedIn>(&principal);
  if (!person) return fail(ErrorCode::unauthenticated, "Sign in first, or send a personal API token.", {}, "sign_in_wanted");
  TRY(check_scope(row, *person));
  if (row.access == Access::admin && person->user.role != Role::admin) {
    return fail(ErrorCode::forbidden, "Only administrators may do this. Ask one of them.", {}, "administrator_wanted");
  }
  return {};
}

}  // namespace satchel
