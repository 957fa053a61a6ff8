// SPDX-License-Identifier: Apache-2.0
// The environment as AWS's own tools read it: a function, so that tests have one of their own.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <string_view>

namespace satchel::aws {

/// The value of an environment variable; empty where it is not set.
using Environment = std::function<std::optional<std::string>(std::string_view name)>;

}  // namespace satchel::aws
