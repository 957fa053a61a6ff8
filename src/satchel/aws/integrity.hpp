// SPDX-License-Identifier: Apache-2.0
// Whether an S3 engine verifies the checksums of what it takes, without which nobody notices bytes that were changed on their way. Any thread
// may call.
#pragma once

#include "satchel/aws/s3_client.hpp"

namespace satchel::aws {

/// Sends objects and parts to signed addresses as clients do, below "doctor/": first with the bytes that their checksums say, which must be
/// taken, then with others, which must not; what the engine takes is removed again. Errors, with a sentence that names the setting: invalid,
/// where it takes others; unavailable, where that is not known (no permission, no answer, a refusal that has to do with something else).
Result<void> verify_integrity(const S3Options& options, Clock& clock, Random& random, Time deadline);

/// Whether an upload in parts, below "doctor/" and removed again, ends with the checksum of the whole, as far as the options ask for one: the
/// engine takes it with the last request and tells it afterwards. Errors: those of the engine's refusal.
Result<bool> keeps_whole_checksum(const S3Options& options, Clock& clock, Random& random, Time deadline);

}  // namespace satchel::aws
