// SPDX-License-Identifier: Apache-2.0
// Whether a table and a bucket are there and let us in: asked before a server starts, and while it runs. What is wrong is said in a sentence
// that names the thing and the setting to change. Any thread may call.
#pragma once

#include "satchel/aws/dynamodb_client.hpp"
#include "satchel/aws/s3_client.hpp"

namespace satchel::aws {

/// Reads one item. Errors: not_found (no such table), forbidden (the credential or its permission), unavailable, deadline_exceeded.
Result<void> reach_table(const DynamoDbOptions& options, Clock& clock, Time deadline);
/// Asks for an object that is not there: an answer that says so needs a bucket, and leave to read it and to know what is in it. Errors likewise.
Result<void> reach_bucket(const S3Options& options, Clock& clock, Random& random, Time deadline);

/// What an error of DynamoDbClient or S3Client means to whoever set up the engine. `doing`: the operation, as its permission is called.
Error explain(const Error& error, const DynamoDbOptions& options, std::string_view doing);
Error explain(const Error& error, const S3Options& options, std::string_view doing);

}  // namespace satchel::aws
