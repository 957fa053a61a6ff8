// SPDX-License-Identifier: Apache-2.0
// What an examination of an engine finds: one sentence for the person who set it up.
#pragma once

#include <string>
#include <vector>

namespace satchel::aws {

enum class Weight {
  good,
  advice,  // works, but could be better or cheaper
  bad,     // something will fail
};

struct Finding {
  Weight weight = Weight::good;
  std::string about;     // "table", "objects"
  std::string sentence;  // names the thing, and what to do about it
  std::string setting = {};  // the one to change; empty: none of ours
};
using Findings = std::vector<Finding>;

}  // namespace satchel::aws
