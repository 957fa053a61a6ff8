// SPDX-License-Identifier: Apache-2.0
// Whether an S3 engine verifies the checksums of what it takes, without which nobody notices bytes that were changed on their way. Any thread
// may call.
#pragma once

#include "satchel/aws/s3_client.hpp"

namespace satchel::aws {

/// Sends objects and parts whose bytes are others than their checksums say, to signed addresses as clients do, below "doctor/"; what the engine
/// takes is removed again. Error: invalid, where it takes one, with a sentence that names the setting. What cannot be asked (no permission,
/// no answer) is no error here: reach_bucket() is asked about that.
Result<void> verify_integrity(const S3Options& options, Clock& clock, Random& random, Time deadline);

}  // namespace satchel::aws
