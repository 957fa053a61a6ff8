// SPDX-License-Identifier: Apache-2.0
// How long what the provider hands out is good. One place, since docs and tests state the same figures.
#pragma once

#include "satchel/base/time.hpp"

namespace satchel::identity {

inline constexpr Duration kCodeLife = std::chrono::seconds{60};
inline constexpr Duration kIdTokenLife = std::chrono::minutes{5};
inline constexpr Duration kRefreshIdle = std::chrono::hours{8};
inline constexpr Duration kRefreshLife = std::chrono::days{30};
/// A client whose answer was lost may show the token before the current one for so long, and gets the same answer again.
inline constexpr Duration kRefreshRetry = std::chrono::seconds{10};
inline constexpr Duration kSessionIdle = std::chrono::hours{1};
inline constexpr Duration kSessionLife = std::chrono::hours{24};
/// How old the mark of a session's last use may be: not every use is worth a synced write.
inline constexpr Duration kSessionTouch = std::chrono::minutes{5};
inline constexpr Duration kInvitationLife = std::chrono::days{7};
inline constexpr Duration kAddressCheckLife = std::chrono::days{1};
inline constexpr Duration kResetLife = std::chrono::minutes{15};

/// A key signs for so long; the next is published a day before it signs; an old one is still known for a while.
inline constexpr Duration kKeyPeriod = std::chrono::days{90};
inline constexpr Duration kKeyPublishedBefore = std::chrono::days{1};
inline constexpr Duration kKeyKeptAfter = std::chrono::days{7};

}  // namespace satchel::identity
