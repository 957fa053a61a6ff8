// SPDX-License-Identifier: Apache-2.0
// What a client of the object store was told: what must be there after a cut, and what may be.
#pragma once

#include <map>
#include <optional>
#include <set>
#include <string>

namespace satchel::powercut {

/// Bytes, or that there are none.
using State = std::optional<std::string>;

struct Entry {
  State settled;                // acknowledged
  std::optional<State> coming;  // asked for and not yet answered
  bool allows(const State& state) const { return state == settled || (coming && state == *coming); }
};

struct OpenUpload {
  std::string key;
  bool ending = false;  // its completion or abortion is not yet answered
  std::map<int, Entry> parts;
};

struct Ledger {
  std::map<std::string, Entry> entries;        // objects, or items of a table
  std::map<std::string, OpenUpload> uploads;   // by id
  std::set<std::string> created;               // keys of which an event must still be in the queue
};

}  // namespace satchel::powercut
