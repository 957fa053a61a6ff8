// SPDX-License-Identifier: Apache-2.0
// The front-end's files inside the binary; the source behind it is made by tools/embed_assets.py.
#pragma once

#include <span>

#include "satchel/gateway/assets.hpp"

namespace satchel {

std::span<const gateway::Asset> web_assets();

}  // namespace satchel
