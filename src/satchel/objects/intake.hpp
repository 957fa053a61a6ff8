// SPDX-License-Identifier: Apache-2.0
// A request body on its way into a Writer. Buffers arrive on the loop and are appended by the workers; the next one is asked for
// only when the last was appended, so a slow disk slows the client and memory stays bounded. What is cut short leaves nothing.
#pragma once

#include <functional>
#include <memory>

#include "satchel/objects/asked.hpp"
#include "satchel/objects/checksums.hpp"
#include "satchel/objects/store.hpp"
#include "satchel/objects/workers.hpp"

namespace satchel::objects {

/// Called once, on a worker, with the bytes on disk.
using IntakeDone = std::move_only_function<void(Asked&, const Content&)>;

/// On a worker. Answers errors by itself. `workers` and `log` outlive the exchange.
void take_in(Asked asked, std::unique_ptr<Writer> writer, BodyClaims claims, Workers& workers, Logger& log, IntakeDone done);

}  // namespace satchel::objects
