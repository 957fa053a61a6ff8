// SPDX-License-Identifier: Apache-2.0
// Where a table and a bucket lie, as the configuration of every shape writes it:
//   dynamodb://TABLE?region=eu-central-1&endpoint=http://127.0.0.1:8000
//   s3://BUCKET?region=eu-central-1&endpoint=https://rgw.example.org&style=path&checksums=parts&public=https://objects.example.org
// What is not given comes from the environment as AWS's own tools read it (AWS_REGION, AWS_DEFAULT_REGION, AWS_ENDPOINT_URL_DYNAMODB,
// AWS_ENDPOINT_URL_S3, AWS_ENDPOINT_URL), else AWS's public endpoint is meant. Pure; any thread may call.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <string_view>

#include "satchel/aws/dynamodb_client.hpp"
#include "satchel/aws/s3_client.hpp"

namespace satchel::aws {

/// The value of an environment variable; empty where it is not set.
using Environment = std::function<std::optional<std::string>(std::string_view name)>;

/// The options without a credential. Error: invalid, with a sentence that says how to write it.
Result<DynamoDbOptions> table_at(std::string_view location, const Environment& environment);

/// Likewise. `style`: "host" (the bucket in the host name, AWS's way and the standard there) or "path" (the standard elsewhere);
/// `checksums`: "full" (the engine keeps the checksum of a whole multipart object) or "parts" (it does not: MiniStack, older engines);
/// `public`: the endpoint as clients reach it, where that is another; `tickets=satchel`: it is Satchel's own. Both endpoints may have a path.
Result<S3Options> bucket_at(std::string_view location, const Environment& environment);

}  // namespace satchel::aws
