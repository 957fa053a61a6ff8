// SPDX-License-Identifier: Apache-2.0
// A function of the registry whose work a process of its deployment group does: the same contract, so that gateway, gates, delivery and
// schedules know nothing of it. Any thread may call; calls wait for the process.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "satchel/lambda_host/fleet.hpp"
#include "satchel/runtime/registry.hpp"

namespace satchel::lambda_host {

/// `fleet` outlives it. `domain` is the public host name, as API Gateway tells it.
std::unique_ptr<Function> remote_function(const Row& row, Fleet& fleet, std::string domain);

}  // namespace satchel::lambda_host
