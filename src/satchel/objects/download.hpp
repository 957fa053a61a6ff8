// SPDX-License-Identifier: Apache-2.0
// GET and HEAD of an object: conditions, one range, overrides, checksums.
#pragma once

#include "satchel/objects/asked.hpp"
#include "satchel/objects/store.hpp"
#include "satchel/objects/workers.hpp"

namespace satchel::objects {

/// Answers where it returns without an error. Under a lease the store is told how the answer ended, also where it was an error
/// or was cut off.
Result<void> download(Asked& asked, Store& store, Workers& workers, Logger& log);

}  // namespace satchel::objects
