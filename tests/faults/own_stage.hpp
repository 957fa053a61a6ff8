// SPDX-License-Identifier: Apache-2.0
// The stage that `make test` has, without a foreign engine: the DynamoDB endpoint over a table in memory, and Satchel's own S3 endpoint.
#pragma once

#include "tests/faults/engine_stage.hpp"

namespace satchel {

Stage stage_on_own_endpoints();

}  // namespace satchel
