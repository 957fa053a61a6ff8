// SPDX-License-Identifier: Apache-2.0
// Looks at a bucket as a doctor would: whether it is there and lets Satchel in, whether its engine keeps what a signed address binds (length,
// checksum, no overwriting), which checksums it knows, and whether browsers may come from the page. It writes small objects under "doctor/"
// and removes them. Sets up what a bucket needs where it is asked to. Any thread may call.
#pragma once

#include "satchel/aws/finding.hpp"
#include "satchel/aws/s3_client.hpp"

namespace satchel::aws {

/// `page`: the origin of the front-end.
Findings examine_bucket(const S3Options& options, const std::string& page, Clock& clock, Random& random, Time deadline);

/// Makes the bucket where it is missing, lets browsers of `page` in (CORS) and has uploads that nobody ends aborted after two days. What an
/// engine does not know of the latter two is a finding. Error: the bucket can neither be made nor be reached.
Result<Findings> create_bucket(const S3Options& options, const std::string& page, Clock& clock, Random& random, Time deadline);

}  // namespace satchel::aws
