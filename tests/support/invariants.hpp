// SPDX-License-Identifier: Apache-2.0
// What must hold whenever nothing is under way: the whole table and the whole store are read and compared. Each complaint is a
// sentence; none: all is well.
//   quota      avail + reserved by open uploads + sizes of all versions = limit, for every space
//   tree       every entry hangs in its folder or lies in the trash, once, as its META says, below a root, without a ring
//   bytes      every version has its blob, every blob its object and exact count, every object a blob or an open upload
//   events     nothing is left in the outbox, nothing became a dead letter, no folder is still being purged
#pragma once

#include <string>
#include <vector>

#include "tests/support/back_end.hpp"

namespace satchel {

std::vector<std::string> broken_invariants(const BackEnd& back_end);

}  // namespace satchel
