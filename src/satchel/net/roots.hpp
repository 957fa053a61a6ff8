// SPDX-License-Identifier: Apache-2.0
// The certificates that this binary trusts in place of the machine's, as PEM; empty in all builds but the Lambda's. Pure.
#pragma once

#include <string_view>

namespace satchel::net {

std::string_view embedded_roots();

}  // namespace satchel::net
