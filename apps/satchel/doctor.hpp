// SPDX-License-Identifier: Apache-2.0
// `satchel doctor`: looks at everything that lies elsewhere and says, a sentence a finding, what works and what does not.
#pragma once

#include "apps/satchel/storage.hpp"
#include "satchel/aws/finding.hpp"

namespace satchel {

/// Table, objects and issuer of the configuration, as far as they lie elsewhere.
aws::Findings examine(const Configuration& configuration, const Process& process);

/// Makes table and bucket where they are missing, with all they need. What could not be done is a finding.
aws::Findings create_engines(const Configuration& configuration, const Process& process);

bool is_well(const aws::Findings& findings);
/// [{about, weight ("good", "advice", "bad"), sentence, setting?}]
Json to_json(const aws::Findings& findings);
/// A line a finding.
std::string to_text(const aws::Findings& findings);

}  // namespace satchel
