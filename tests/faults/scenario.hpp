// SPDX-License-Identifier: Apache-2.0
// What the fault harness plays: something a client wants, told so that it can be told again after a crash.
#pragma once

#include <functional>
#include <initializer_list>
#include <map>
#include <string>
#include <vector>

#include "tests/support/back_end.hpp"

namespace satchel {

/// One run of a scenario: the back-end, what the client was promised, and what went wrong.
struct Run {
  BackEnd& b;
  std::map<EntryId, std::string> kept = {};    // files whose upload was acknowledged, with their bytes: they must be there at the end
  std::map<std::string, std::string> notes = {};  // what the client remembers, also over a crash of the server
  std::vector<std::string> complaints = {};

  const User& anna() const { return b.anna; }
  const EntryId& root() const { return b.anna.root; }
  /// Asks as Anna, again and again where it may pass; complains where the status is none of these.
  Answer ask(std::string_view method, std::string_view path, std::string_view body, std::initializer_list<int> statuses, TextMap headers = {});
  void require(bool holds, std::string what) {
    if (!holds) complaints.push_back(std::move(what));
  }
  /// A file as fixtures make it, promised to stay.
  EntryId file(const EntryId& folder, std::string_view name, std::string_view bytes);
  /// That the names in a folder are these, and no others.
  void require_names(const EntryId& folder, const std::vector<std::string>& names);
};

struct Scenario {
  std::string name;
  std::function<void(Run&)> prepare;  // without faults
  std::function<void(Run&)> act;      // under faults, and once more from its start after a crash
  std::function<void(Run&)> expect;   // when all events are delivered
};

std::vector<Scenario> file_scenarios();
std::vector<Scenario> link_scenarios();
std::vector<Scenario> trash_scenarios();
std::vector<Scenario> upload_scenarios();

}  // namespace satchel
