// SPDX-License-Identifier: Apache-2.0
// Where a table and a bucket lie, as the configuration of every shape writes it:
//   dynamodb://TABLE?region=eu-central-1&endpoint=http://127.0.0.1:8000
//   s3://BUCKET?region=eu-central-1&endpoint=https://rgw.example.org&style=path&checksums=parts&public=https://objects.example.org
// What is not given comes from the environment as AWS's own tools read it (AWS_REGION, AWS_DEFAULT_REGION, AWS_ENDPOINT_URL_DYNAMODB,
// AWS_ENDPOINT_URL_S3, AWS_ENDPOINT_URL), else AWS's public endpoint is meant. Pure; any thread may call.
#pragma once

#include <initializer_list>
#include <string>
#include <string_view>

#include "satchel/aws/dynamodb_client.hpp"
#include "satchel/aws/environment.hpp"
#include "satchel/aws/s3_client.hpp"

namespace satchel::aws {

/// The options without a credential. Error: invalid, with a sentence that says how to write it.
Result<DynamoDbOptions> table_at(std::string_view location, const Environment& environment);

/// Likewise. `style`: "host" (the bucket in the host name, AWS's way and the standard there) or "path" (the standard elsewhere);
/// `checksums`: "full" (the engine keeps the checksum of a whole multipart object) or "parts" (it does not: MiniStack, older engines);
/// `public`: the endpoint as clients reach it, where that is another; `tickets=satchel`: it is Satchel's own. Both endpoints may have a path.
Result<S3Options> bucket_at(std::string_view location, const Environment& environment);

/// The first of these variables that is set and not empty; else empty.
std::string first_set(const Environment& environment, std::initializer_list<std::string_view> names);
/// AWS's own host of a service in a region: "https://sqs.eu-central-1.amazonaws.com", where no endpoint is set by `variable` or
/// AWS_ENDPOINT_URL. Error: invalid (what is set is no endpoint).
Result<std::string> service_endpoint(const Environment& environment, std::string_view variable, std::string_view service, std::string_view region);

}  // namespace satchel::aws
