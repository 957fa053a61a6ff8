// SPDX-License-Identifier: Apache-2.0
// Looks at a table as a doctor would: whether it is there, has Satchel's keys, both indexes and the attribute of life, and whether the
// credential may do each thing that Satchel does. It writes one item and removes it. Makes one where it is asked to. Any thread may call.
#pragma once

#include "satchel/aws/dynamodb_client.hpp"
#include "satchel/aws/finding.hpp"
#include "satchel/base/random.hpp"

namespace satchel::aws {

Findings examine_table(const DynamoDbOptions& options, Clock& clock, Random& random, Time deadline);

/// The table with its indexes, paid by request, its items ending by "ttl"; returns when it can be used. One that is there stays as it is, but
/// for the attribute of life. Errors: those of explain(), deadline_exceeded.
Result<void> create_table(const DynamoDbOptions& options, Clock& clock, Time deadline);

}  // namespace satchel::aws
