// SPDX-License-Identifier: Apache-2.0
// What a new password must be (NIST SP 800-63B: length and a list of well-known ones, no rules of composition), and the one form
// in which passwords are hashed. Pure.
#pragma once

#include <string>
#include <string_view>

#include "satchel/base/result.hpp"

namespace satchel::identity {

/// The rule, as a person is told it.
inline constexpr std::string_view kPasswordRule = "Use at least 10 characters, at most 1,024 bytes, and none of the passwords that everybody tries first.";

/// NFKC, so that two keyboards that write a letter differently mean the same password. Error: invalid (over 1,024 bytes): nothing is
/// hashed then.
Result<std::string> normalise_password(std::string_view password);

/// The normalised form of a password that may be used. Error: invalid (weak_password), with the rule.
Result<std::string> check_new_password(std::string_view password, std::string_view email);

/// A name of 1 to 100 characters without control characters. Error: invalid.
Result<std::string> check_person_name(std::string_view name);

/// Whether the list has it; folded to lower case before. In common_passwords.cpp.
bool is_common_password(std::string_view folded);

}  // namespace satchel::identity
