// SPDX-License-Identifier: Apache-2.0
// The stage of the fault harness that stands on engines: the DynamoDB and S3 adapters over HTTP, through proxies that spoil exchanges. Each run has
// a table and a bucket of its own; the invariants look at them past the proxies.
#pragma once

#include <string>

#include "tests/faults/harness.hpp"

namespace satchel {

/// Engines by their origins, as `make test-engines` has started them.
Stage stage_on_engines(const std::string& dynamodb, const std::string& s3);

}  // namespace satchel
