// SPDX-License-Identifier: Apache-2.0
// The switch for self sign-up, which administrators move in the settings.
#pragma once

#include <optional>

#include "satchel/model/item.hpp"
#include "satchel/model/keys.hpp"

namespace satchel {

/// Whether strangers may come: as the item at keys::provider_settings() says; until somebody has moved the switch, as the installation does.
inline bool self_signup_is_on(const std::optional<Item>& settings, bool at_first) { return settings && settings->has(keys::kSelfSignup) ? settings->flag(keys::kSelfSignup) : at_first; }

}  // namespace satchel
