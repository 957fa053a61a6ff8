// SPDX-License-Identifier: Apache-2.0
// Whether what a signed URL was made for still stands, asked before bytes leave: so a withdrawn link or a disabled person is cut off at
// once, not when the URL expires.
#pragma once

#include <string_view>

#include "satchel/base/clock.hpp"
#include "satchel/ports/table.hpp"

namespace satchel {

/// Of a Grant's ticket: "u:<user>:<epoch>", "l:<link>:<version>", "s". What cannot be looked up does not stand. Any thread; reads the table.
bool ticket_stands(const TableReader& table, const Clock& clock, std::string_view ticket);

}  // namespace satchel
