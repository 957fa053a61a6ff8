// SPDX-License-Identifier: Apache-2.0
// Names of entries and e-mail addresses: what is allowed, and when two are the same.
#pragma once

#include <string>
#include <string_view>

#include "satchel/base/result.hpp"

namespace satchel {

/// 1 to 255 bytes of UTF-8, stored as given. Refused (invalid): '/', control characters, "." and "..".
Result<std::string> check_name(std::string_view name);

/// NFC and case-folded (Unicode 15): two names in one folder are the same when their folds are. The name has passed check_name().
std::string fold_name(std::string_view name);

/// "report.pdf" → "report (2).pdf" for n = 2; shortened where it would pass 255 bytes.
std::string numbered_name(std::string_view name, int n);
/// Likewise, but the number stands at the end: what follows a dot in a folder's name is no extension.
std::string numbered_folder_name(std::string_view name, int n);

/// Exactly one '@', something on either side, at most 254 bytes, no space or control character; folded (NFKC, case) for comparison.
Result<std::string> fold_email(std::string_view address);

}  // namespace satchel
