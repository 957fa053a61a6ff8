// SPDX-License-Identifier: Apache-2.0
// How parts become one object: judged by their records alone, no byte is read. Pure; any thread may call.
#pragma once

#include <string>

#include "satchel/base/result.hpp"
#include "satchel/objects/records.hpp"

namespace satchel::objects {

/// What the whole will be: its content, and the parts it consists of.
struct Whole {
  Content content;
  Manifest manifest;
};

/// `held`: all parts of the upload, by number. Errors: invalid, as of Store::complete.
Result<Whole> join(const Assembly& assembly, const Manifest& held, bool crc32c, std::uint64_t smallest_part);

/// The same for the same assembly, another for another.
std::string fingerprint_of(const Assembly& assembly);

}  // namespace satchel::objects
